"""The errors a user can meet, as one tree; nothing above this file is imported here."""


class SimError(Exception):
    """Anything that went wrong in a way we can explain; the command line prints it without a traceback."""

    exit_code = 1


class UsageError(SimError):
    """What was asked cannot be done as asked: a wrong flag, path or combination; exit code 2."""

    exit_code = 2


class ScenarioError(UsageError):
    """A scenario is wrong; carries every problem found, each with file, line, path and what is allowed."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class DataError(UsageError):
    """A purchase panel or a table cannot be used as it is; names file, line, value and what is allowed."""


class ResultError(UsageError):
    """A result folder is missing, unfinished or damaged."""


class ContractError(SimError):
    """A behaviour broke what it declared: a bug in a behaviour file, not in the user's input."""


class CalibrationError(SimError):
    """A market could not be brought to its targets; says which target and how far off."""
