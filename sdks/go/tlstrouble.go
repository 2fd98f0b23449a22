package jobengine

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
)

// explained is what an error says, and which field mends a certificate that was refused.
func explained(err error) string {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var refused *tls.CertificateVerificationError
	switch {
	case errors.As(err, &authority):
		return err.Error() + ": name the file of its authority in CAFile"
	case errors.As(err, &name):
		return err.Error() + ": APIURL, and the engine's JOBENGINE_WORKER_VALKEY_URL, must use a name of the certificate"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return err.Error() + ": the certificate must be renewed, or the clock here be set"
	case errors.As(err, &refused):
		return err.Error() + ": see CAFile"
	}
	return err.Error()
}
