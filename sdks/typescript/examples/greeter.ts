import { createWorker, incomplete } from "@jobengine/worker";

const worker = createWorker({
  apiUrl: process.env["JOBENGINE_API_URL"] ?? "http://127.0.0.1:8080",
  workerKey: process.env["JOBENGINE_WORKER_KEY"] ?? "",
  kinds: {
    greet: (job) => {
      const { name } = job.payload as { name?: string };
      return name === undefined ? incomplete("no_name") : { greeting: `Hello, ${name}!` };
    },
  },
});

await worker.run();
