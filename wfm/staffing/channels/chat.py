"""Live chat: agents hold several conversations, each slower the more there are."""

from wfm.staffing.channel import CHANNELS
from wfm.staffing.conversations import Conversations


@CHANNELS.add("chat")
class Chat(Conversations):
    """Conversations in parallel, answered while the customer waits."""
