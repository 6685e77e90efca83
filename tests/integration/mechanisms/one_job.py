"""`python -m tests.integration.mechanisms.one_job JOB_ID`: a worker process that runs one of the tests' jobs."""

import sys
from uuid import UUID

from backend.bootstrap import platform_from_environment
from tests.integration.mechanisms.jobs import runner_of

if __name__ == "__main__":
    runner_of(platform_from_environment()).run(UUID(sys.argv[1]))
