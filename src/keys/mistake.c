/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mistake.h"

#include "error.h"
#include "i18n.h"

static const struct {
  const char *message;
  const char *hint;
} mistakes[] = {
  [MISTAKE_EMPTY] = { N_ ("the file is empty"),
                      N_ ("put the private key there, as PEM or PKCS#12") },
  [MISTAKE_NOT_A_KEY] = { N_ ("it is not a private key"),
                          N_ ("a private key is PEM (-----BEGIN PRIVATE KEY-----), DER, "
                              "PKCS#12 or a Java keystore") },
  [MISTAKE_CUT_SHORT] = { N_ ("it is cut short: a -----BEGIN line has no -----END line"),
                          N_ ("copy the key again, from the first dash to the last") },
  [MISTAKE_OPENSSH] = { N_ ("it is an OpenSSH private key"),
                        N_ ("convert a copy of it: ssh-keygen -p -m PKCS8 -f COPY") },
  [MISTAKE_PUTTY] = { N_ ("it is a PuTTY private key"),
                      N_ ("convert it: puttygen FILE -O private-openssh -o COPY, then ssh-keygen "
                          "-p "
                          "-m PKCS8 -f COPY") },
  [MISTAKE_PGP] = { N_ ("it is an OpenPGP key"),
                    N_ ("make a key for this purpose: avouch key new NAME") },
  [MISTAKE_PUBLIC_KEY] = { N_ ("it is a public key; the private key is needed"),
                           N_ ("name the file that was made together with it") },
  [MISTAKE_NOT_A_PUBLIC_KEY] = { N_ ("it is nothing that signatures are verified with"),
                                 N_ ("a public key (-----BEGIN PUBLIC KEY-----), a certificate, a "
                                     "JWK or JWK set, or the private key will do") },
  [MISTAKE_SSH_PUBLIC_KEY] = { N_ ("it is an OpenSSH public key"),
                               N_ ("convert it: ssh-keygen -e -m PKCS8 -f FILE") },
  [MISTAKE_CERTIFICATE] = { N_ ("it holds a certificate but no private key"),
                            N_ ("name the file with the private key; the certificate goes to the "
                                "issuer") },
  [MISTAKE_REQUEST] = { N_ ("it is a certificate request; the private key is needed"),
                        N_ ("name the private key that the request was made with") },
  [MISTAKE_PKCS7] = { N_ ("it is a PKCS#7 bundle of certificates, without a private key"),
                      N_ ("export the key with its certificate as PKCS#12") },
  [MISTAKE_JSON] = { N_ ("it is JSON, but neither a JWK nor a JWK set"),
                     N_ ("a JWK has a member \"kty\", a JWK set a member \"keys\" (RFC 7517)") },
  [MISTAKE_SHARED_SECRET] = { N_ ("it is a shared secret (\"kty\": \"oct\"), which the issuers of "
                                  "this "
                                  "version do not take"),
                              N_ ("use an RSA, EC or Ed25519 key") },
  [MISTAKE_NOT_FOR_SIGNING] = { N_ ("its \"use\" or \"key_ops\" say that it is not for signing"),
                                N_ ("use a key that was made for signatures (\"use\": \"sig\")") },
  [MISTAKE_HALVES] = { N_ ("the private and the public half of the key do not belong together"),
                       N_ ("copy the key again, whole, from where it was made") },
  [MISTAKE_UTF16] = { N_ ("it is text in UTF-16"), N_ ("save it as UTF-8 or plain ASCII") },
  [MISTAKE_DSA] = { N_ ("it is a DSA key, which JSON Web Tokens do not know"),
                    N_ ("use an RSA key of at least 2048 bits, or an EC or Ed25519 key") },
  [MISTAKE_CURVE] = { N_ ("its elliptic curve is not supported"),
                      N_ ("use P-256, P-384, P-521, Ed25519 or Ed448") },
  [MISTAKE_CIPHER] = { N_ ("it is encrypted in a way that is not supported"),
                       N_ ("encrypt it again: openssl pkcs8 -topk8 -v2 aes-256-cbc -in FILE -out "
                           "NEW; or export it as PKCS#12") },
  [MISTAKE_MISMATCH] = { N_ ("the private key does not belong to the certificate beside it"),
                         N_ ("put the key and the certificate of one pair together; `openssl pkey "
                             "-pubout` and `openssl x509 -pubkey` print the same for a pair") },
};

bool
mistake_fail (Mistake mistake, GError **error)
{
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ (mistakes[mistake].message));
  if (error != NULL)
    error_add_hint (*error, "%s", _ (mistakes[mistake].hint));
  return false;
}
