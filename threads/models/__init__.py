from threads.models.attachment import Attachment
from threads.models.notice import Notice, Quiet
from threads.models.report import Report, ReportNote
from threads.models.thread import Mark, Message, Thread

__all__ = [
    "Attachment",
    "Mark",
    "Message",
    "Notice",
    "Quiet",
    "Report",
    "ReportNote",
    "Thread",
]
