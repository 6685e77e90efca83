from backend.kernel.errors import Refusal, RefusalKind


class TooManyGates(Refusal):
    """The signed pass names gates by bits of a fixed number."""

    kind = RefusalKind.CONFLICT
    code = "too_many_gates"


class NameTaken(Refusal):
    """Another object of the same kind bears the name at this site."""

    kind = RefusalKind.CONFLICT
    code = "name_taken"


class DoorPlaceAmbiguous(Refusal):
    """A door belongs to one building, one unit or one zone."""

    code = "door_place_ambiguous"


class BoundarySizeInvalid(Refusal):
    """A boundary segment needs a length, and a height above nothing."""

    code = "boundary_size_invalid"


class NoSuchProvince(Refusal):
    """No plate begins with this character."""

    code = "province_unknown"


class PlaceInUse(Refusal):
    """Something is still there: a device at the door, people in the building."""

    kind = RefusalKind.CONFLICT
    code = "place_in_use"
