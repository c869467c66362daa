from privacy.models.copy import Export
from privacy.models.erasure import Erasure, Ground
from privacy.models.keeping import FileToDelete, RetentionRun, RetentionTerm

__all__ = ["Erasure", "Export", "FileToDelete", "Ground", "RetentionRun", "RetentionTerm"]
