"""Asks and stops through a client that a generator has made of the OpenAPI document, as the package `made` on the path:
`python asks_by_a_generated_client.py URL TOKEN JOB`. JOB is stopped. Prints how both have ended."""

import sys
import time

from made import AuthenticatedClient
from made.api.default import delete_job, get_job, list_jobs, post_job
from made.models import ListJobsAll, Query, QueryAgentType1, State

TRIES, PAUSE_S = 600, 0.1


def main(url: str, token: str, sleeper: str) -> None:
    with AuthenticatedClient(base_url=url, token=token) as client:
        query = Query(query="select 42 as answer", agent=QueryAgentType1.SQL, detached=True)
        asked = post_job.sync(client=client, body=query)
        record = get_job.sync(asked.job_id, client=client)
        for _ in range(TRIES):
            if record.state is State.SUCCEEDED:
                break
            time.sleep(PAUSE_S)
            record = get_job.sync(asked.job_id, client=client)
        stopped = delete_job.sync(sleeper, client=client, reason="enough")
        listed = {job.job_id for job in list_jobs.sync(client=client, all_=ListJobsAll.YES).jobs}
        print(record.state, record.rows, stopped.state, stopped.proof is not None, {asked.job_id, sleeper} <= listed)


if __name__ == "__main__":
    main(*sys.argv[1:])
