import os

from jobengine import Incomplete, Job, JobContext, Worker


async def scan(job: Job, context: JobContext) -> object:
    inputs = await context.api.post(f"/api/v1/worker/jobs/{job.id}/inputs", {"attempt": job.attempt})
    images = "".join(f"{image['digest']}\n" for image in inputs["images"])
    await context.publish_artifact("images.txt", images.encode(), "text/plain")
    return Incomplete("only_listed")


Worker(
    api_url=os.environ.get("JOBENGINE_API_URL", "http://127.0.0.1:8080"),
    worker_key=os.environ["JOBENGINE_WORKER_KEY"],
    kinds={"scan": scan},
).run()
