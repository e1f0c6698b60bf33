/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "assertion.h"
#include "authority.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_SESSION (2 * 60 * 60) /* seconds: what an org has if nobody changed it */
#define MAX_SESSION     (7 * 24 * 60 * 60)

int64_t
host_now (const Host *host)
{
  return g_get_real_time () / G_USEC_PER_SEC + host->faults.date_offset;
}

void
host_answer (SoupServerMessage *message, unsigned status, JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  char *text = json_to_string (node, FALSE);

  json_object_unref (object);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Cache-Control",
                                "no-store");
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json;charset=UTF-8", SOUP_MEMORY_TAKE,
                                    text, strlen (text));
}

char *
host_decode (const char *value)
{
  g_autofree char *spaced = g_strdelimit (g_strdup (value), "+", ' ');
  return g_uri_unescape_string (spaced, NULL);
}

typedef struct {
  const char *path;
  bool whole; /* nothing may follow */
  void (*serve) (Host *host, SoupServerMessage *message, const char *path);
} Place;

static const Place places[] = {
  { "/services/oauth2/token", true, token_serve },
  { "/services/Soap", false, soap_serve },
  { "/services/async", false, bulk1_serve },
  { "/services/oauth2", false, oauth_serve },
  { "/id", false, oauth_serve },
  { "/services/data", false, rest_serve },
  { "/git", false, git_serve },
  { "/version", true, kubernetes_serve },
  { "/api", false, kubernetes_serve },
  { "/apis", false, kubernetes_serve },
  { "/control", false, control_serve },
};

static bool
place_has (const Place *place, const char *path)
{
  size_t length = strlen (place->path);
  return g_str_has_prefix (path, place->path) &&
         (path[length] == '\0' || (!place->whole && path[length] == '/'));
}

static void
on_request (G_GNUC_UNUSED SoupServer *server, SoupServerMessage *message, const char *path,
            G_GNUC_UNUSED GHashTable *query, void *data)
{
  Host *host = data;
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (host_now (host));
  g_autofree char *date = soup_date_time_to_string (now, SOUP_DATE_HTTP);

  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Date", date);
  /* sf keeps an instance URL that ends with a slash, and puts a path behind it. */
  if (g_str_has_prefix (path, "//"))
    path++;
  for (size_t i = 0; i < G_N_ELEMENTS (places); i++)
    if (place_has (&places[i], path))
      {
        places[i].serve (host, message, path);
        return;
      }
  host_answer (message, SOUP_STATUS_NOT_FOUND, json_object_new ());
}

static bool
start_server (Host *host, GError **error)
{
  g_autofree char *ca_pem = NULL;
  g_autoptr (GTlsCertificate) certificate = authority_make_certificate (&ca_pem, error);
  if (certificate == NULL || !g_file_set_contents (host->options.ca_file, ca_pem, -1, error))
    return false;

  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  host->server = soup_server_new ("tls-certificate", certificate, NULL);
  soup_server_add_handler (host->server, NULL, on_request, host, NULL);
  if (!soup_server_listen (host->server, address, SOUP_SERVER_LISTEN_HTTPS, error))
    return false;

  GSList *uris = soup_server_get_uris (host->server);
  host->url = g_strdup_printf ("https://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return true;
}

static void
announce (const Host *host)
{
  JsonObject *ready = json_object_new ();
  json_object_set_string_member (ready, "url", host->url);
  json_object_set_string_member (ready, "ca", host->options.ca_file);
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), ready);
  g_autofree char *text = json_to_string (node, FALSE);
  json_object_unref (ready);
  puts (text);
  fflush (stdout);
}

static int
on_signal (void *loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static int
on_stdin (int fd, G_GNUC_UNUSED GIOCondition condition, void *loop)
{
  char ignored[256];
  if (read (fd, ignored, sizeof ignored) > 0)
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
serve (const Host *host)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  g_unix_signal_add (SIGTERM, on_signal, loop);
  g_unix_signal_add (SIGINT, on_signal, loop);
  if (host->options.until_eof)
    g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, on_stdin, loop);
  announce (host);
  g_main_loop_run (loop);
  soup_server_disconnect (host->server);
}

static bool
read_options (HostOptions *options, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &options->ca_file,
      "Write the authority's certificate there (needed)", "FILE" },
    { "certificate", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->certificates,
      "Accept what this certificate's key signed; may be repeated", "FILE" },
    { "client-id", 0, 0, G_OPTION_ARG_STRING, &options->client_id, "The consumer key (iss)", "ID" },
    { "username", 0, 0, G_OPTION_ARG_STRING, &options->username, "The user (sub)", "NAME" },
    { "audience", 0, 0, G_OPTION_ARG_STRING, &options->audience,
      "The audience (aud); the host's own URL if not given", "URL" },
    { "instance", 0, 0, G_OPTION_ARG_STRING, &options->instance,
      "What the token's answer names as its instance; the host's own URL if not given", "URL" },
    { "git-root", 0, 0, G_OPTION_ARG_FILENAME, &options->git_root,
      "Serve the bare repositories in this folder", "DIR" },
    { "session", 0, 0, G_OPTION_ARG_INT, &options->session, "How long a token lives", "SECONDS" },
    { "until-eof", 0, 0, G_OPTION_ARG_NONE, &options->until_eof, "End with standard input", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, "A Salesforce token endpoint, git repositories and a "
                                         "Kubernetes API on loopback, for demo and tests.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return false;
  if (argc > 1 || options->ca_file == NULL || options->client_id == NULL ||
      options->username == NULL || options->session < 0 || options->session > MAX_SESSION)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   "needs --ca-file, --client-id and --username; see --help");
      return false;
    }
  return true;
}

static void
host_clear (Host *host)
{
  g_clear_object (&host->server);
  g_clear_pointer (&host->keys, g_ptr_array_unref);
  g_clear_pointer (&host->tokens, g_hash_table_unref);
  g_clear_pointer (&host->bulk1_jobs, g_ptr_array_unref);
  g_clear_pointer (&host->calls, g_ptr_array_unref);
  control_clear (&host->faults);
  g_free (host->url);
  g_free (host->options.ca_file);
  g_strfreev (host->options.certificates);
  g_free (host->options.client_id);
  g_free (host->options.username);
  g_free (host->options.audience);
  g_free (host->options.instance);
  g_free (host->options.git_root);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Host, host_clear)

int
main (int argc, char **argv)
{
  g_auto (Host) host = { .options.session = DEFAULT_SESSION };
  g_autoptr (GError) error = NULL;

  control_reset (&host.faults);
  host.calls = g_ptr_array_new_with_free_func (g_free);
  host.tokens = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (!read_options (&host.options, argc, argv, &error) ||
      (host.keys = assertion_load_keys (host.options.certificates, &error)) == NULL ||
      !start_server (&host, &error))
    {
      g_printerr ("demo-host: %s\n", error->message);
      return 1;
    }
  serve (&host);
  return 0;
}
