"""``/v1/jobs`` and ``/v1/answers``: what was asked to be answered later, and what was answered before."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from api.jobs import Job, JobRow, Jobs, row_of
from api.kept import Kept
from api.problems import of_error
from api.routes import PROBLEMS, Asked, known_parameters
from api.service import Service
from ontology.errors import InputError, NotInGraphError

router = APIRouter(responses=PROBLEMS, dependencies=[Depends(known_parameters)])
JobId = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{22}$", description="As the answer to the question gave it")]
AnswerId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The ETag of an answer, without W/ and quotes")]


def jobs_of(request: Request) -> Jobs:
    found: Jobs = request.app.state.jobs
    return found


def _job(request: Request, service: Service, id: str) -> Job:
    job = jobs_of(request).get(id, len(service.store.tombstones()))
    if job is None:
        raise NotInGraphError("There is no such job, or no longer.", remedy="Ask the question again.")
    return job


@router.get("/v1/jobs/{id}", summary="How a job stands")
def status(request: Request, service: Asked, id: JobId) -> JobRow:
    return row_of(_job(request, service, id))


@router.get("/v1/jobs/{id}/result", summary="The answer of a job that is done", response_model=dict[str, Any])
def result(request: Request, service: Asked, id: JobId) -> Response:
    job = _job(request, service, id)
    if job.error is not None:
        return of_error(job.error)
    if job.made is None:
        raise InputError(f"The job is {job.state}.", remedy="Ask for it until it is done.")
    return Response(job.made, media_type=job.media_type)


@router.delete("/v1/jobs/{id}", summary="Cancel a job, or forget its answer", status_code=204)
def cancel(request: Request, service: Asked, id: JobId) -> None:
    _job(request, service, id)
    jobs_of(request).cancel(id)


@router.get("/v1/answers/{id}", summary="The bytes of an answer that was given before", response_model=dict[str, Any])
async def answer(request: Request, service: Asked, id: AnswerId) -> Response:
    """While the server keeps them. Later the same question gives them again, as long as its snapshot is the same."""
    kept: Kept = request.state.kept
    kept.heed(len(service.store.tombstones()))
    found = kept.find(id)
    if found is None:
        raise NotInGraphError("The answer is not kept, or no longer.", remedy="Ask the question again.")
    return found.response(request, {"ETag": f'W/"{id}"'})
