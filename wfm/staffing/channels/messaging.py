"""Messaging and SMS: many long conversations an agent, the first answer awaited."""

from wfm.staffing.channel import CHANNELS
from wfm.staffing.conversations import Conversations


@CHANNELS.add("messaging")
class Messaging(Conversations):
    """Conversations in parallel, their first answer promised in seconds."""
