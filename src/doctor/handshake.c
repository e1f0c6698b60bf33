/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "handshake.h"

#include "failure.h"
#include "i18n.h"
#include "text.h"
#include "trust.h"

static const char *const versions[] = {
  [G_TLS_PROTOCOL_VERSION_TLS_1_2] = "TLS 1.2",
  [G_TLS_PROTOCOL_VERSION_TLS_1_3] = "TLS 1.3",
};

void
handshake_clear (Handshake *handshake)
{
  g_clear_object (&handshake->chain);
}

/* Only notes why: see exchange.c. */
static gboolean
on_certificate (GTlsConnection *connection, GTlsCertificate *certificate,
                GTlsCertificateFlags wrong, void *user_data)
{
  Handshake *handshake = user_data;

  (void) connection;
  handshake->wrong = wrong;
  g_set_object (&handshake->chain, certificate);
  return FALSE;
}

static bool
read_result (Handshake *handshake, GTlsConnection *tls, GSocketConnectable *identity,
             const char *host, uint16_t port, GError **error)
{
  GTlsProtocolVersion version = g_tls_connection_get_protocol_version (tls);
  g_autofree char *place = g_strdup_printf ("%s:%u", host, port);

  if (version < G_TLS_PROTOCOL_VERSION_TLS_1_2)
    {
      g_propagate_error (error, failure_outdated (place));
      return false;
    }
  g_set_object (&handshake->chain, g_tls_connection_get_peer_certificate (tls));
  handshake->version =
      version < G_N_ELEMENTS (versions) && versions[version] != NULL ? versions[version] : "TLS";
  handshake->by_system = trust_has_system_authority (handshake->chain, identity);
  return true;
}

bool
handshake_make (Handshake *handshake, GSocketConnection *connection, const char *host,
                uint16_t port, const char *ca_file, GCancellable *cancellable, GError **error)
{
  static const char *const protocols[] = { "http/1.1", NULL };
  g_autoptr (GTlsDatabase) trust = trust_new (ca_file, error);
  g_autoptr (GSocketConnectable) identity = g_network_address_new (host, port);
  g_autoptr (GIOStream) stream = NULL;
  GTlsConnection *tls;
  bool made;

  if (trust == NULL)
    return false;
  stream = g_tls_client_connection_new (G_IO_STREAM (connection), identity, error);
  if (stream == NULL)
    return false;
  tls = G_TLS_CONNECTION (stream);
  g_tls_connection_set_database (tls, trust);
  g_tls_connection_set_advertised_protocols (tls, protocols);
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (on_certificate), handshake);
  made = g_tls_connection_handshake (tls, cancellable, error) &&
         read_result (handshake, tls, identity, host, port, error);
  g_signal_handlers_disconnect_by_data (tls, handshake);
  return made;
}

char *
handshake_expiry (const Handshake *handshake)
{
  g_autoptr (GDateTime) end = g_tls_certificate_get_not_valid_after (handshake->chain);

  return end != NULL ? g_date_time_format (end, "%Y-%m-%d") : g_strdup ("?");
}

char *
handshake_authority (const Handshake *handshake)
{
  g_autofree char *name = g_tls_certificate_get_issuer_name (handshake->chain);

  return text_clean_told (name != NULL ? name : "?");
}
