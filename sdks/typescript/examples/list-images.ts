import { createWorker, incomplete } from "@jobengine/worker";

const worker = createWorker({
  apiUrl: process.env["JOBENGINE_API_URL"] ?? "http://127.0.0.1:8080",
  workerKey: process.env["JOBENGINE_WORKER_KEY"] ?? "",
  kinds: {
    scan: async (job, { api, publishArtifact }) => {
      const inputs = await api.post(`/api/v1/worker/jobs/${job.id}/inputs`, { attempt: job.attempt });
      const { images } = inputs as { images: { digest: string }[] };
      const list = images.map(({ digest }) => `${digest}\n`).join("");
      await publishArtifact("images.txt", new TextEncoder().encode(list), "text/plain");
      return incomplete("only_listed");
    },
  },
});

await worker.run();
