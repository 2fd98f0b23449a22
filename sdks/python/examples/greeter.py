import os

from jobengine import Incomplete, Job, JobContext, Worker


async def greet(job: Job, context: JobContext) -> object:
    name = job.payload.get("name")
    return Incomplete("no_name") if name is None else {"greeting": f"Hello, {name}!"}


Worker(
    api_url=os.environ.get("JOBENGINE_API_URL", "http://127.0.0.1:8080"),
    worker_key=os.environ["JOBENGINE_WORKER_KEY"],
    kinds={"greet": greet},
).run()
