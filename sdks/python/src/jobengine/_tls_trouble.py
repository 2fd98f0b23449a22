"""What to do about a certificate that was refused."""

import ssl
from typing import Final

#: By the code of OpenSSL, X509_V_ERR_...
_HINTS: Final = {
    **dict.fromkeys((2, 18, 19, 20, 21), "name the file of its authority in ca_file."),
    62: "api_url, and the engine's JOBENGINE_WORKER_VALKEY_URL, must use a name of the certificate.",
    64: "api_url, and the engine's JOBENGINE_WORKER_VALKEY_URL, must use an address of the certificate.",
    9: "the certificate is not valid today; the clock here may be wrong.",
    10: "the certificate must be renewed, or the clock here be set.",
}


def explained(error: BaseException) -> str:
    """What an error says, and which option mends a certificate that was refused."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            hint = _HINTS.get(seen.verify_code, "see ca_file.")
            return f"{error} The certificate was refused ({seen.verify_message}): {hint}"
        seen = seen.__cause__ or seen.__context__
    return str(error)
