"""Requests for single shifts, on and off, each with a price for turning it down."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from solver.kinds import Windows, is_of_kind, read_windows, shifts_of_kind
from solver.outcome import Allocation
from solver.term import TERMS, Price, ShiftPrice
from wfm.domain.roster import Roster, RosterInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An agent asks for a shift that starts within *starts* on a date, or for none.

    Starts are pairs of minutes of the agent's day, ends included. Turning the request
    down costs *price*, thousandths of a minor unit.
    """

    agent_id: str
    date_local: date
    starts: Windows
    price: int
    is_off: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", read_windows(self.starts, "starts"))
        if self.price < 0:
            msg = f"a request of {self.agent_id} at a negative price"
            raise ValueError(msg)


@TERMS.add("shift_requests")
@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRequests:
    """The price of the requests that a roster turns down."""

    requests: tuple[Request, ...] = ()

    def prices(self, instance: RosterInstance) -> Iterable[Price]:
        """Yield one price per request."""
        zones = {agent.agent_id: agent.zone for agent in instance.agents}
        for request in self.requests:
            zone = zones[request.agent_id]
            yield ShiftPrice(
                agent_id=request.agent_id,
                date_local=request.date_local,
                shifts=shifts_of_kind(instance.grid, zone, request.starts),
                if_worked=request.price if request.is_off else 0,
                if_not=0 if request.is_off else request.price,
            )

    def value(
        self, instance: RosterInstance, roster: Roster, allocation: Allocation
    ) -> int:
        """Look at every request's date."""
        agents = {agent.agent_id: agent for agent in instance.agents}
        own = roster.by_agent()
        total = 0
        for request in self.requests:
            agent = agents[request.agent_id]
            works = [
                shift
                for shift in own.get(request.agent_id, ())
                if shift.date_local == request.date_local
                and is_of_kind(instance, agent, shift, request.starts)
            ]
            if bool(works) == request.is_off:
                total += request.price
        return total
