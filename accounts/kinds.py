"""The field's small lists about people (handbook 5.3)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Family(TextChoices):
    """Who a learner is; what a listing is open to."""

    IM_STUDENT = "im_student", _("Medical student outside the US")
    CARIBBEAN_STUDENT = "caribbean_student", _("Student of an offshore medical school")
    US_MD_DO_STUDENT = "us_md_do_student", _("US medical student (MD or DO)")
    IMG_GRADUATE = "img_graduate", _("International medical graduate (IMG)")
    NP_STUDENT = "np_student", _("Nurse practitioner student")
    NP_GRADUATE = "np_graduate", _("Nurse practitioner")
    PA_STUDENT = "pa_student", _("Physician assistant student")
    PA_GRADUATE = "pa_graduate", _("Physician assistant")


ENROLLED = frozenset(
    {
        Family.IM_STUDENT,
        Family.CARIBBEAN_STUDENT,
        Family.US_MD_DO_STUDENT,
        Family.NP_STUDENT,
        Family.PA_STUDENT,
    }
)
GRADUATES = frozenset(Family) - ENROLLED
MEDICAL = frozenset(
    {Family.IM_STUDENT, Family.CARIBBEAN_STUDENT, Family.US_MD_DO_STUDENT, Family.IMG_GRADUATE}
)
NURSES = frozenset({Family.NP_STUDENT, Family.NP_GRADUATE})
ADVANCED_PRACTICE = frozenset(Family) - MEDICAL
# Whom ECFMG certifies: those who study or studied medicine outside the US and Canada.
OF_ECFMG = MEDICAL - {Family.US_MD_DO_STUDENT}


class VisaPlan(TextChoices):
    CITIZEN = "citizen", _("US citizen or permanent resident")
    B1 = "b1", _("B-1")
    B2 = "b2", _("B-2")
    B1_B2 = "b1_b2", _("B-1/B-2")
    VWP = "vwp", _("Visa Waiver (ESTA)")
    F1 = "f1", _("F-1")
    J1 = "j1", _("J-1")
    OTHER = "other", _("Another status")
    NONE_YET = "none_yet", _("None yet")


# Visitors: those whom the B-1 clerkship rule is about (handbook 3.5).
VISITORS = frozenset({VisaPlan.B1, VisaPlan.B2, VisaPlan.B1_B2, VisaPlan.VWP})
# Whoever is not in the country already plans 45 days instead of 30 (handbook 3.3).
NEEDS_VISA = VISITORS | {VisaPlan.NONE_YET, VisaPlan.OTHER, VisaPlan.F1, VisaPlan.J1}


class VisaOutcome(TextChoices):
    """What the consulate said."""

    GRANTED = "granted", _("Granted")
    PENDING = "pending", _("Not decided yet")
    REFUSED = "refused", _("Refused")


class Ecfmg(TextChoices):
    """Certification of graduates of schools outside the US (handbook 3.2)."""

    CERTIFIED = "certified", _("Certified")
    IN_PROGRESS = "in_progress", _("In progress")
    NOT_BEGUN = "not_begun", _("Not begun")


class EnglishTest(TextChoices):
    OET = "oet", _("OET Medicine")
    TOEFL = "toefl", _("TOEFL iBT")
    IELTS = "ielts", _("IELTS Academic")
    OTHER = "other", _("Another test")
    NONE = "none", _("Not taken")


class CredentialKind(TextChoices):
    """What makes somebody a preceptor."""

    MD = "MD", _("MD")
    DO = "DO", _("DO")
    MBBS = "MBBS", _("MBBS (licensed in the US)")
    NP = "NP", _("Nurse practitioner (NP)")
    DNP = "DNP", _("Doctor of Nursing Practice (DNP)")
    CNM = "CNM", _("Certified nurse-midwife (CNM)")
    CNS = "CNS", _("Clinical nurse specialist (CNS)")
    PA = "PA-C", _("Physician assistant (PA-C)")


PHYSICIANS = frozenset({CredentialKind.MD, CredentialKind.DO, CredentialKind.MBBS})


class Board(TextChoices):
    """Who certifies: the 24 member boards of the ABMS, the osteopathic ones together, and the
    bodies of nurses, midwives and assistants (handbook 3.1, 5.1). By the letters they go by.
    """

    ABAI = "ABAI", _("American Board of Allergy and Immunology (ABAI)")
    ABA = "ABA", _("American Board of Anesthesiology (ABA)")
    ABCRS = "ABCRS", _("American Board of Colon and Rectal Surgery (ABCRS)")
    ABD = "ABD", _("American Board of Dermatology (ABD)")
    ABEM = "ABEM", _("American Board of Emergency Medicine (ABEM)")
    ABFM = "ABFM", _("American Board of Family Medicine (ABFM)")
    ABIM = "ABIM", _("American Board of Internal Medicine (ABIM)")
    ABMGG = "ABMGG", _("American Board of Medical Genetics and Genomics (ABMGG)")
    ABNS = "ABNS", _("American Board of Neurological Surgery (ABNS)")
    ABNM = "ABNM", _("American Board of Nuclear Medicine (ABNM)")
    ABOG = "ABOG", _("American Board of Obstetrics and Gynecology (ABOG)")
    ABO = "ABO", _("American Board of Ophthalmology (ABO)")
    ABOS = "ABOS", _("American Board of Orthopaedic Surgery (ABOS)")
    ABOHNS = "ABOHNS", _("American Board of Otolaryngology – Head and Neck Surgery (ABOHNS)")
    ABPATH = "ABPath", _("American Board of Pathology (ABPath)")
    ABP = "ABP", _("American Board of Pediatrics (ABP)")
    ABPMR = "ABPMR", _("American Board of Physical Medicine and Rehabilitation (ABPMR)")
    ABPS = "ABPS", _("American Board of Plastic Surgery (ABPS)")
    ABPM = "ABPM", _("American Board of Preventive Medicine (ABPM)")
    ABPN = "ABPN", _("American Board of Psychiatry and Neurology (ABPN)")
    ABR = "ABR", _("American Board of Radiology (ABR)")
    ABS = "ABS", _("American Board of Surgery (ABS)")
    ABTS = "ABTS", _("American Board of Thoracic Surgery (ABTS)")
    ABU = "ABU", _("American Board of Urology (ABU)")
    AOA = "AOA", _("American Osteopathic Association (AOA), any of its boards")
    ANCC = "ANCC", _("American Nurses Credentialing Center (ANCC)")
    AANPCB = "AANPCB", _("American Academy of Nurse Practitioners Certification Board (AANPCB)")
    AMCB = "AMCB", _("American Midwifery Certification Board (AMCB)")
    NCCPA = "NCCPA", _("National Commission on Certification of Physician Assistants (NCCPA)")
    OTHER = "other", _("Another board")


# They certify a profession; the others a specialty.
OF_PROFESSIONS = frozenset({Board.ANCC, Board.AANPCB, Board.AMCB, Board.NCCPA})


class BoardStatus(TextChoices):
    CERTIFIED = "certified", _("Certified")
    ELIGIBLE = "eligible", _("Eligible: training done, exam to come")
    EXPIRED = "expired", _("Expired")


class TeachingRole(TextChoices):
    ATTENDING = "attending", _("Attending")
    PROGRAM_DIRECTOR = "program_director", _("Program director")
    ASSOCIATE_PD = "associate_pd", _("Associate program director")
    CLERKSHIP_DIRECTOR = "clerkship_director", _("Clerkship director")
    FACULTY = "faculty", _("Faculty")
    VOLUNTEER = "volunteer", _("Volunteer faculty")


class Role(TextChoices):
    """What somebody does here; one person can be several, and works as one at a time."""

    PRECEPTOR = "preceptor", _("Preceptor")
    DELEGATE = "delegate", _("Delegate")
    LEARNER = "learner", _("Learner")
    COORDINATOR = "coordinator", _("Coordinator")


class RegistryOutcome(TextChoices):
    """What came of asking the national registry for an NPI."""

    FOUND = "found", _("Found")
    NOT_FOUND = "not_found", _("Not in the registry")
    UNAVAILABLE = "unavailable", _("The registry did not answer")
    NOT_LOOKED_UP = "not_looked_up", _("Not looked up: this portal asks no registry")


class ConsentKind(TextChoices):
    TERMS = "terms", _("Terms of use")
    PRIVACY = "privacy", _("Privacy notice")
    HEALTH = "health", _("Health documents")
    APPLICATION = "application", _("Application")
    OFFER = "offer", _("Price and cancellation policy")
    LETTER_PACKET = "letter_packet", _("Letter packet")


class DocumentGroup(TextChoices):
    EXAMS = "exams", _("Exams and training")
    HEALTH = "health", _("Health records")
    CERTIFICATES = "certificates", _("Certificates")
    IDENTITY = "identity", _("Identity")
    OTHER = "other", _("Other")


class Validity(TextChoices):
    """Where a document's last valid day comes from (handbook 3.3)."""

    NONE = "none", _("Does not expire")
    MONTHS = "months", _("A number of months from issue")
    PRINTED = "printed", _("The date printed on it")
    POLICY = "policy", _("The policy's dates")
    SEASON = "season", _("The season")
    BLOCK = "block", _("One block")
    PLACEMENT = "placement", _("One placement")


class Scan(TextChoices):
    """What is known of viruses in a file (promise C5)."""

    UNSCANNED = "unscanned", _("Not checked for viruses")
    WAITING = "waiting", _("Waits for the virus check")
    CLEAN = "clean", _("Checked for viruses, none found")
    INFECTED = "infected", _("Contains a virus, deleted")


class RejectReason(TextChoices):
    UNREADABLE = "unreadable", _("It cannot be read")
    WRONG_DOCUMENT = "wrong_document", _("It is another document")
    NAME_MISMATCH = "name_mismatch", _("The name differs from your profile")
    EXPIRED = "expired", _("It has expired")
    NOT_THROUGH_END = "not_through_end", _("It ends before your rotation does")
    INCOMPLETE = "incomplete", _("Pages or dates are missing")
    NOT_SIGNED = "not_signed", _("It is not signed")
    PATIENT_DATA = "patient_data", _("It contains patient data")


class InvitationKind(TextChoices):
    PRECEPTOR = "preceptor", _("Preceptor")
    DELEGATE = "delegate", _("Delegate of a preceptor")
    COORDINATOR = "coordinator", _("Coordinator")


class ShotKind(TextChoices):
    """A dose or a test on an immunization record (handbook 3.3)."""

    MMR = "mmr", _("MMR vaccine (measles, mumps, rubella)")
    MEASLES = "measles", _("Measles vaccine alone")
    MUMPS = "mumps", _("Mumps vaccine alone")
    RUBELLA = "rubella", _("Rubella vaccine alone")
    VARICELLA = "varicella", _("Chickenpox vaccine")
    HEPB = "hepb", _("Hepatitis B vaccine (three doses)")
    HEPLISAV = "heplisav", _("Heplisav-B vaccine (two doses)")
    TDAP = "tdap", _("Tdap vaccine")
    TD = "td", _("Td vaccine")
    FLU = "flu", _("Flu vaccine")
    COVID = "covid", _("COVID-19 vaccine")
    MEASLES_IGG = "measles_igg", _("Measles antibodies (IgG)")
    MUMPS_IGG = "mumps_igg", _("Mumps antibodies (IgG)")
    RUBELLA_IGG = "rubella_igg", _("Rubella antibodies (IgG)")
    VARICELLA_IGG = "varicella_igg", _("Chickenpox antibodies (IgG)")
    ANTI_HBS = "anti_hbs", _("Hepatitis B surface antibodies, with the number")
    SKIN_TEST = "skin_test", _("TB skin test")
    IGRA = "igra", _("TB blood test (IGRA: QuantiFERON or T-SPOT)")
    CHEST_FILM = "chest_film", _("Chest X-ray")


VACCINES = frozenset(
    {
        ShotKind.MMR,
        ShotKind.MEASLES,
        ShotKind.MUMPS,
        ShotKind.RUBELLA,
        ShotKind.VARICELLA,
        ShotKind.HEPB,
        ShotKind.HEPLISAV,
        ShotKind.TDAP,
        ShotKind.TD,
        ShotKind.FLU,
        ShotKind.COVID,
    }
)
TESTS = frozenset(ShotKind) - VACCINES - {ShotKind.ANTI_HBS}


class ShotResult(TextChoices):
    """Of a film, “negative” means that it shows no sign of tuberculosis."""

    POSITIVE = "positive", _("Positive")
    NEGATIVE = "negative", _("Negative")
    UNCLEAR = "unclear", _("Neither, or unclear")


class Immunity(TextChoices):
    """What a site wants to know about, each with a threshold of its own."""

    MEASLES = "measles", _("Measles")
    MUMPS = "mumps", _("Mumps")
    RUBELLA = "rubella", _("Rubella")
    VARICELLA = "varicella", _("Chickenpox")
    HEPB = "hepb", _("Hepatitis B")
    TDAP = "tdap", _("Tetanus, diphtheria, pertussis")
    TB = "tb", _("Tuberculosis")
    FLU = "flu", _("Flu, this season")
    COVID = "covid", _("COVID-19")
