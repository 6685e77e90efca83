from backend.kernel.errors import Refusal


class PolicyOutOfRange(Refusal):
    """A number of the policy that no site can mean."""

    code = "visit_policy_out_of_range"


class ClosedAllDay(Refusal):
    """The black-out would leave no hour for visitors."""

    code = "visit_policy_closed_all_day"
