"""The registers' pages: residents, rooms, vehicles, staff, assets, imports, and one box to find them by."""

from backend.portals.shared.registers import assets, employees, homes, imports, places, residents, search
from backend.portals.shared.registers.blueprint import registers

__all__ = ["assets", "employees", "homes", "imports", "places", "registers", "residents", "search"]
