/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "failure.h"

#include "error.h"
#include "exchange.h"
#include "i18n.h"
#include "text.h"

#include <libsoup/soup.h>
#include <string.h>

typedef struct {
  GQuark (*domain) (void);
  int code;
  AvouchError kind;
  bool connect;
  const char *meaning;
  const char *hint;
} Cause;

#define NAME_HINT   N_ ("check the host name, and this machine's network")
#define REACH_HINT  N_ ("check the host and port, and whether a firewall or proxy stands between")
#define NO_TLS_HINT N_ ("check that the profile's URL is the server's HTTPS address")

static const Cause causes[] = {
  { g_resolver_error_quark, G_RESOLVER_ERROR_NOT_FOUND, AVOUCH_ERROR_NETWORK, false,
    N_ ("the host name is not known"), NAME_HINT },
  { g_resolver_error_quark, G_RESOLVER_ERROR_TEMPORARY_FAILURE, AVOUCH_ERROR_NETWORK, true,
    N_ ("the host name cannot be looked up at the moment"), NAME_HINT },
  { g_io_error_quark, G_IO_ERROR_CONNECTION_REFUSED, AVOUCH_ERROR_NETWORK, true,
    N_ ("connection refused"), REACH_HINT },
  { g_io_error_quark, G_IO_ERROR_HOST_UNREACHABLE, AVOUCH_ERROR_NETWORK, true,
    N_ ("the host cannot be reached"), REACH_HINT },
  { g_io_error_quark, G_IO_ERROR_NETWORK_UNREACHABLE, AVOUCH_ERROR_NETWORK, true,
    N_ ("the network cannot be reached"), REACH_HINT },
  { g_io_error_quark, G_IO_ERROR_TIMED_OUT, AVOUCH_ERROR_NETWORK, true,
    N_ ("the connection timed out"), REACH_HINT },
  { g_io_error_quark, G_IO_ERROR_CONNECTION_CLOSED, AVOUCH_ERROR_NETWORK, false,
    N_ ("the connection was closed before a whole answer came"), NULL },
  { g_io_error_quark, G_IO_ERROR_PARTIAL_INPUT, AVOUCH_ERROR_PROTOCOL, false,
    N_ ("the answer was cut short, or its headers are too long"), NULL },
  { g_io_error_quark, G_IO_ERROR_CANCELLED, AVOUCH_ERROR_INTERNAL, false, N_ ("cancelled"), NULL },
  { g_tls_error_quark, G_TLS_ERROR_EOF, AVOUCH_ERROR_PROTOCOL, false,
    N_ ("the answer was cut short"), NULL },
  { g_tls_error_quark, G_TLS_ERROR_NOT_TLS, AVOUCH_ERROR_NETWORK, false,
    N_ ("the server does not speak TLS"), NO_TLS_HINT },
  { g_tls_error_quark, G_TLS_ERROR_UNAVAILABLE, AVOUCH_ERROR_INTERNAL, false,
    N_ ("GLib has no TLS here"), N_ ("install the package glib-networking") },
  { soup_session_error_quark, SOUP_SESSION_ERROR_PARSING, AVOUCH_ERROR_PROTOCOL, false,
    N_ ("the answer is not HTTP"), NO_TLS_HINT },
  { soup_session_error_quark, SOUP_SESSION_ERROR_ENCODING, AVOUCH_ERROR_PROTOCOL, false,
    N_ ("the answer is not HTTP"), NO_TLS_HINT },
};

typedef struct {
  GTlsCertificateFlags flag;
  const char *meaning;
  const char *hint;
} CertificateFault;

#define CLOCK_HINT                                                                                 \
  N_ ("either this machine's clock is wrong or the server's certificate must be renewed")
#define AUTHORITY_HINT                                                                             \
  N_ ("if the server is the right one, put its certificate authority into a file and set ca-file " \
      "in the profile")

static const CertificateFault certificate_faults[] = {
  { G_TLS_CERTIFICATE_EXPIRED, N_ ("it has expired"), CLOCK_HINT },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED, N_ ("it is not valid yet"), CLOCK_HINT },
  { G_TLS_CERTIFICATE_BAD_IDENTITY, N_ ("it is for another host name"),
    N_ ("check the host name") },
  { G_TLS_CERTIFICATE_REVOKED, N_ ("it has been revoked"), NULL },
  { G_TLS_CERTIFICATE_INSECURE, N_ ("its algorithm is too weak"), NULL },
  { G_TLS_CERTIFICATE_UNKNOWN_CA, N_ ("no authority trusted here has signed it"), AUTHORITY_HINT },
};

static const Cause *
find_cause (const GError *error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (causes); i++)
    if (g_error_matches (error, causes[i].domain (), causes[i].code))
      return &causes[i];
  return NULL;
}

bool
failure_is_connect (const GError *error)
{
  const Cause *cause = find_cause (error);

  return cause != NULL && cause->connect;
}

/* Names every fault; the first one's hint is the one to follow first. */
static GError *
explain_certificate (const char *place, GTlsCertificateFlags certificate)
{
  g_autoptr (GString) faults = g_string_new (NULL);
  const char *hint = NULL;
  GError *error;

  for (size_t i = 0; i < G_N_ELEMENTS (certificate_faults); i++)
    {
      const CertificateFault *fault = &certificate_faults[i];

      if ((certificate & fault->flag) == 0)
        continue;
      g_string_append_printf (faults, "%s%s", faults->len > 0 ? ", " : "", _ (fault->meaning));
      hint = hint != NULL ? hint : fault->hint;
    }
  error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_NETWORK,
                       _ ("%s: the server's certificate is not accepted: %s"), place,
                       faults->len > 0 ? faults->str : _ ("it is not valid"));
  if (hint != NULL)
    error_add_hint (error, "%s", _ (hint));
  return error;
}

char *
failure_reason (const GError *error)
{
  char *reason = text_clean (error->message, -1);

  if (g_str_has_suffix (reason, "."))
    reason[strlen (reason) - 1] = '\0';
  return reason;
}

GError *
failure_explain (const GError *error, const char *place, GTlsCertificateFlags certificate)
{
  const Cause *cause = find_cause (error);
  g_autofree char *cleaned = NULL;
  GError *explained;

  if (certificate != 0)
    return explain_certificate (place, certificate);
  if (cause == NULL)
    {
      cleaned = failure_reason (error);
      explained = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_NETWORK, "%s: %s", place, cleaned);
      if (error->domain == G_TLS_ERROR)
        error_add_hint (explained, "%s", _ (NO_TLS_HINT));
      return explained;
    }
  explained = g_error_new (AVOUCH_ERROR, cause->kind, "%s: %s", place, _ (cause->meaning));
  if (cause->hint != NULL)
    error_add_hint (explained, "%s", _ (cause->hint));
  return explained;
}

GError *
failure_late (const char *place, int seconds)
{
  GError *error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_NETWORK,
                               _ ("%s: no whole answer within %d seconds"), place, seconds);

  error_add_hint (error, _ ("try again later; `timeout` in the profile allows more seconds"));
  return error;
}

GError *
failure_silent (const char *place, int seconds)
{
  GError *error =
      g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_NETWORK,
                   _ ("%s: nothing more came of the answer for %d seconds"), place, seconds);

  error_add_hint (error, _ ("try again later; `timeout` in the profile allows more seconds"));
  return error;
}

GError *
failure_cut (const char *place)
{
  return g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("%s: the answer was cut short"),
                      place);
}

GError *
failure_too_long (const char *place)
{
  return g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                      _ ("%s: the answer is longer than %d bytes"), place, EXCHANGE_MAX_BODY);
}

GError *
failure_interim (const char *place)
{
  return g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                      _ ("%s: more than %d interim answers before the answer"), place,
                      EXCHANGE_MAX_INTERIM);
}

GError *
failure_outdated (const char *place)
{
  GError *error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_NETWORK,
                               _ ("%s: the server speaks no TLS later than 1.1"), place);

  error_add_hint (error, _ ("at least TLS 1.2 is needed: check the host and port, "
                            "and what stands between"));
  return error;
}

GError *
failure_proxy (const char *place, unsigned status)
{
  GError *error =
      g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_NETWORK,
                   _ ("%s: the proxy does not let us through (HTTP %u)"), place, status);

  error_add_hint (error, _ ("check `proxy` in the profile"));
  return error;
}

/* PLACE is "host:port". */
static bool
is_host_of (const char *place, const char *host)
{
  size_t length = host != NULL ? strlen (host) : 0;

  return length > 0 && g_ascii_strncasecmp (place, host, length) == 0 && place[length] == ':';
}

GError *
failure_redirect (const char *place, unsigned status, const char *location)
{
  g_autoptr (GUri) target =
      location != NULL ? g_uri_parse (location, SOUP_HTTP_URI_FLAGS, NULL) : NULL;
  const char *host = target != NULL ? g_uri_get_host (target) : NULL;
  g_autofree char *cleaned = host != NULL ? text_clean_told (host) : NULL;
  GError *error;

  if (cleaned != NULL && *cleaned != '\0')
    error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                         _ ("%s: redirects to %s (HTTP %u), and a signed request does not follow"),
                         place, cleaned, status);
  else
    error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                         _ ("%s: redirects (HTTP %u), and a signed request does not follow"), place,
                         status);
  if (is_host_of (place, host))
    error_add_hint (error, _ ("what is asked for has another address there now: was it renamed?"));
  else
    error_add_hint (error, _ ("the profile must name the final host itself (as in login-url)"));
  return error;
}
