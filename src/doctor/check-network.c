/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way to the server, one layer at a time: so that it is known which of them fails. */
#include "deadline.h"
#include "failure.h"
#include "handshake.h"
#include "i18n.h"
#include "issuer.h"
#include "process.h"
#include "step.h"
#include "text.h"

#include <string.h>

/* Asked without any credential; what is wanted is the date of the answer, whatever it says. OpenID
 * Connect Discovery 1.0, section 4, which the issuer serves to everybody. */
#define PUBLIC_PATH "/.well-known/openid-configuration"

enum {
  MAX_ADDRESSES = 3, /* that are shown */
  TOLERATED_SKEW = 30,
};

/* What this machine connects to: the server, or its proxy. */
typedef struct {
  char *host;
  uint16_t port;
  char *place; /* "host:port", for messages */
} Hop;

static void
hop_clear (Hop *hop)
{
  g_free (hop->host);
  g_free (hop->place);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Hop, hop_clear)

/* An IPv6 address without its brackets. */
static char *
bare_host (const char *host)
{
  size_t length = strlen (host);

  return host[0] == '[' ? g_strndup (host + 1, length - 2) : g_strdup (host);
}

/* As GIO reads a proxy's address. */
static uint16_t
proxy_port (GUri *uri)
{
  enum { SOCKS = 1080 };
  const char *scheme = g_uri_get_scheme (uri);

  if (g_uri_get_port (uri) > 0)
    return (uint16_t) g_uri_get_port (uri);
  return g_str_has_prefix (scheme, "socks") ? SOCKS : url_default_port (scheme);
}

static Hop
first_hop (const Patient *patient)
{
  g_autoptr (GUri) proxy =
      patient->proxy != NULL ? g_uri_parse (patient->proxy, G_URI_FLAGS_HAS_PASSWORD, NULL) : NULL;
  Hop hop = { 0 };

  if (proxy != NULL && g_uri_get_host (proxy) != NULL)
    {
      hop.host = g_strdup (g_uri_get_host (proxy));
      hop.port = proxy_port (proxy);
    }
  else
    {
      hop.host = bare_host (patient->place->host);
      hop.port = patient->place->port;
    }
  hop.place = g_strdup_printf ("%s:%u", hop.host, hop.port);
  return hop;
}

static void
fail (const Patient *patient, Finding *finding, const Deadline *deadline, const char *place,
      const GError *cause, GTlsCertificateFlags certificate)
{
  g_autoptr (GError) error = deadline_is_over (deadline)
                                 ? failure_late (place, patient->network.timeout)
                                 : failure_explain (cause, place, certificate);

  finding_bad (finding, error);
}

/* The same of the first hop, which may be the proxy. */
static void
fail_at_hop (const Patient *patient, Finding *finding, const Deadline *deadline, const Hop *hop,
             const GError *cause)
{
  fail (patient, finding, deadline, hop->place, cause, 0);
  if (patient->proxy != NULL)
    finding_hint (finding, _ ("check `proxy` in the profile"));
}

static void
list_addresses (const Patient *patient, const Hop *hop, GList *addresses, Finding *finding)
{
  g_autoptr (GString) list = g_string_new (NULL);
  unsigned count = g_list_length (addresses);
  unsigned shown = 0;

  for (GList *at = addresses; at != NULL && shown < MAX_ADDRESSES; at = at->next, shown++)
    {
      g_autofree char *address = g_inet_address_to_string (at->data);

      g_string_append_printf (list, "%s%s", shown > 0 ? ", " : "", address);
    }
  if (count > shown)
    g_string_append_printf (list, " +%u", count - shown);
  if (patient->proxy != NULL)
    finding_good (finding, _ ("proxy %s: %s"), hop->host, list->str);
  else
    finding_good (finding, "%s: %s", hop->host, list->str);
}

void
check_name (Patient *patient, Finding *finding)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  g_auto (Deadline) deadline = { 0 };
  g_autoptr (GError) cause = NULL;
  g_auto (Hop) hop = { 0 };
  GList *addresses;

  if (patient->place == NULL)
    {
      finding_skip (finding, _ ("the profile names no server"));
      finding->foreign = issuer_find (profile_get (patient->profile, "issuer"))->sign != NULL;
      return;
    }
  hop = first_hop (patient);
  if (g_hostname_is_ip_address (hop.host))
    {
      finding_good (finding, _ ("none is needed: %s is an address"), hop.host);
      return;
    }
  deadline_start (&deadline, patient->network.timeout);
  addresses = g_resolver_lookup_by_name (resolver, hop.host, deadline.cancellable, &cause);
  if (addresses == NULL)
    fail_at_hop (patient, finding, &deadline, &hop, cause);
  else
    list_addresses (patient, &hop, addresses, finding);
  g_resolver_free_addresses (addresses);
}

/* A connection to PLACE, through the profile's proxy if VIA_PROXY. */
static GSocketConnection *
connect_to (const Patient *patient, const char *host, uint16_t port, bool via_proxy,
            GCancellable *cancellable, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnectable) target = g_network_address_new (host, port);
  g_autoptr (GProxyResolver) resolver =
      via_proxy ? g_simple_proxy_resolver_new (patient->proxy, NULL) : NULL;

  g_socket_client_set_enable_proxy (client, via_proxy);
  if (resolver != NULL)
    g_socket_client_set_proxy_resolver (client, resolver);
  return g_socket_client_connect (client, target, cancellable, error);
}

void
check_connection (Patient *patient, Finding *finding)
{
  g_auto (Hop) hop = first_hop (patient);
  g_auto (Deadline) deadline = { 0 };
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) cause = NULL;

  deadline_start (&deadline, patient->network.timeout);
  connection = connect_to (patient, hop.host, hop.port, false, deadline.cancellable, &cause);
  if (connection == NULL)
    fail_at_hop (patient, finding, &deadline, &hop, cause);
  else if (patient->proxy != NULL)
    finding_good (finding, _ ("the proxy at %s"), hop.place);
  else
    finding_good (finding, "%s", hop.place);
}

static void
describe_tls (const Handshake *handshake, Finding *finding)
{
  g_autofree char *until = handshake_expiry (handshake);
  g_autofree char *authority = handshake_authority (handshake);

  if (handshake->by_system)
    finding_good (finding, _ ("%s, trusted by this machine, until %s"), handshake->version, until);
  else
    {
      finding_warn (finding, _ ("%s, trusted by ca-file alone (%s), until %s"), handshake->version,
                    authority, until);
      finding_hint (finding,
                    _ ("that is right for an authority of your own; if a proxy opens TLS here, "
                       "whoever runs it can read the tokens"));
    }
}

void
check_tls (Patient *patient, Finding *finding)
{
  g_autofree char *host = bare_host (patient->place->host);
  g_autofree char *place = g_strdup_printf ("%s:%u", host, patient->place->port);
  g_auto (Deadline) deadline = { 0 };
  g_auto (Handshake) handshake = { 0 };
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) cause = NULL;

  if (strcmp (patient->place->scheme, "https") != 0)
    {
      finding_good (finding, _ ("none: plain http within this machine"));
      return;
    }
  deadline_start (&deadline, patient->network.timeout);
  connection = connect_to (patient, host, patient->place->port, patient->proxy != NULL,
                           deadline.cancellable, &cause);
  if (connection != NULL && handshake_make (&handshake, connection, host, patient->place->port,
                                            patient->network.ca_file, deadline.cancellable, &cause))
    describe_tls (&handshake, finding);
  else if (cause->domain == AVOUCH_ERROR)
    finding_bad (finding, cause);
  else
    fail (patient, finding, &deadline, place, cause, handshake.wrong);
}

static ExchangeAnswer *
ask_in_public (const Patient *patient, int64_t *asked_at, GError **error)
{
  g_autofree char *base = url_to_string (patient->place);
  g_autofree char *text =
      g_strconcat (base, g_str_has_suffix (base, "/") ? &PUBLIC_PATH[1] : PUBLIC_PATH, NULL);
  g_autoptr (Url) url = url_parse (text, error);
  const ExchangeOptions options = { .timeout = patient->network.timeout, .tries = 1 };

  if (url == NULL)
    return NULL;
  *asked_at = process_now ();
  return network_exchange (&patient->network, &(ExchangeCall){ .method = "GET", .url = url },
                           &options, error);
}

/* Half of the time that the answer took is not the clock's doing. */
static void
judge_skew (Finding *finding, int64_t skew)
{
  if (ABS (skew) <= TOLERATED_SKEW)
    {
      finding_good (finding, _ ("%lld s from the server's"), (long long) ABS (skew));
      return;
    }
  if (skew > 0)
    finding_warn (finding, _ ("%lld s behind the server's"), (long long) skew);
  else
    finding_warn (finding, _ ("%lld s ahead of the server's"), (long long) -skew);
  finding_hint (finding, _ ("set this machine's clock, by NTP for example; until then each login "
                            "takes two tries"));
}

void
check_clock (Patient *patient, Finding *finding)
{
  g_autoptr (GError) error = NULL;
  int64_t asked_at = 0;
  g_autoptr (ExchangeAnswer) answer = ask_in_public (patient, &asked_at, &error);

  if (answer == NULL)
    {
      g_autofree char *message = error_message (error);

      finding_skip (finding, _ ("not known: %s"), message);
    }
  else if (answer->date == 0)
    finding_skip (finding, _ ("not known: the server does not tell the time"));
  else
    judge_skew (finding, answer->date - (asked_at + process_now ()) / 2);
}
