from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.doctor import Finding, examine


class Command(BaseCommand):
    help = "Looks at everything this portal leans on, says what is wrong and what helps."
    requires_system_checks = ()  # they are looked at as well, beside the rest

    def handle(self, **_options: Any) -> None:
        findings = []
        for finding in examine():
            findings.append(finding)
            self._say(finding)
        bad = [finding.part.name for finding in findings if finding.is_bad]
        if bad:
            raise CommandError(f"Not well: {', '.join(bad)}.")
        self.stdout.write("Everything that must work works.")

    def _say(self, finding: Finding) -> None:
        self.stdout.write(f"{finding.mark:<6}{finding.part.name}")
        said = finding.words.splitlines()
        if said and finding.part.advice:
            said.append(finding.part.advice)
        for line in said:
            self.stdout.write(f"      {line}")
