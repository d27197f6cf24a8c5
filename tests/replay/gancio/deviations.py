"""Answers that differ from the captured ones although the contract names no other, by the number of the step."""

DEVIATIONS: dict[int, str] = {
    222: "every event has a slug: event-<id> where the title gives none (section 6.9)",
}
