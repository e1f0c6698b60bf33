/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "request-draft.h"

#include "error.h"
#include "exchange.h"
#include "i18n.h"
#include "span.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  const char *name;
  bool takes_body;
  bool once; /* not idempotent (RFC 9110 section 9.2.2) */
} Method;

static const Method methods[] = {
  { "GET", false, false }, { "POST", true, true },    { "PATCH", true, true },
  { "PUT", true, false },  { "DELETE", true, false }, { "HEAD", false, false },
};

static void
set_usage (GError **error, const char *message)
{
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, message);
}

static const Method *
find_method (const char *name, GError **error)
{
  g_autofree char *shown = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (methods); i++)
    if (g_ascii_strcasecmp (methods[i].name, name) == 0)
      return &methods[i];
  shown = text_clean (name, -1);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("there is no method \"%s\""), shown);
  if (error != NULL)
    error_add_hint (*error, _ ("GET, POST, PATCH, PUT, DELETE or HEAD"));
  return NULL;
}

static Secret *
read_fd (int fd, const char *what, GError **error)
{
  g_autoptr (GError) cause = NULL;
  Secret *content = secret_read_fd (fd, REQUEST_MAX_BODY, what, &cause);

  if (content == NULL && cause->code == AVOUCH_ERROR_PROTOCOL)
    cause->code = AVOUCH_ERROR_USAGE;
  if (content == NULL)
    g_propagate_error (error, g_steal_pointer (&cause));
  return content;
}

Secret *
request_read_file (const char *path, GError **error)
{
  g_autofree char *shown = text_clean (path, -1);
  Secret *content;
  int fd;

  if (strcmp (path, "-") == 0)
    return read_fd (STDIN_FILENO, _ ("standard input"), error);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("%s: cannot read: %s"), shown,
                   g_strerror (errno));
      return NULL;
    }
  content = read_fd (fd, shown, error);
  close (fd);
  return content;
}

/* Into BODY, which stays NULL where there is none. */
static bool
read_body (const RequestOptions *options, Secret **body, GError **error)
{
  bool fields = request_fields_given (options);
  Secret *content;

  if ((options->data != NULL) + (options->input != NULL) + fields > 1)
    {
      set_usage (error, _ ("give --data, --input or fields, not several of them"));
      return false;
    }
  if (fields)
    content = request_fields_object (options, error);
  else if (options->input != NULL)
    content = request_read_file (options->input, error);
  else if (options->data != NULL && *options->data == '@')
    content = request_read_file (options->data + 1, error);
  else if (options->data != NULL)
    content = secret_new (options->data, strlen (options->data));
  else
    return true;
  *body = content;
  return content != NULL;
}

static bool
is_token (const char *text)
{
  static const char characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                   "!#$%&'*+-.^_`|~";

  return *text != '\0' && text[strspn (text, characters)] == '\0';
}

static bool
is_printable (const char *text)
{
  for (; *text != '\0'; text++)
    if (!g_ascii_isprint (*text))
      return false;
  return true;
}

static bool
check_header (const char *name, const char *value, GError **error)
{
  if (value == NULL || !is_token (name) || !is_printable (value))
    {
      set_usage (error, _ ("a header is written 'Name: value', in printable ASCII"));
      return false;
    }
  if (exchange_own_header (name) != NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("the header %s is avouch's own to send"), exchange_own_header (name));
      return false;
    }
  return true;
}

/* Content-Type goes with the body, all others to `headers`. */
static bool
read_headers (RequestDraft *draft, char *const *lines, GError **error)
{
  g_autoptr (GPtrArray) headers = g_ptr_array_new_with_free_func (g_free);

  for (; lines != NULL && *lines != NULL; lines++)
    {
      g_auto (GStrv) parts = g_strsplit (*lines, ":", 2);
      char *value = parts[0] != NULL && parts[1] != NULL ? g_strstrip (parts[1]) : NULL;

      if (!check_header (parts[0] != NULL ? parts[0] : "", value, error))
        return false;
      if (g_ascii_strcasecmp (parts[0], "Content-Type") == 0)
        {
          g_free (draft->content_type);
          draft->content_type = g_strdup (value);
          continue;
        }
      g_ptr_array_add (headers, g_strdup (parts[0]));
      g_ptr_array_add (headers, g_strdup (value));
    }
  g_ptr_array_add (headers, NULL);
  draft->headers = (char **) g_ptr_array_free (g_steal_pointer (&headers), FALSE);
  return true;
}

/* A slip in a quote is found here rather than by the server's parser. */
static bool
check_json (const RequestDraft *draft, GError **error)
{
  g_autoptr (GError) cause = NULL;
  size_t length;
  const char *text = secret_bytes (draft->body, &length);

  if (!g_str_has_prefix (draft->content_type, "application/json") ||
      json_span_check (text, length, &cause))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("the body: %s"), cause->message);
  if (error != NULL)
    error_add_hint (*error, _ ("--header 'Content-Type: …' sends what is not JSON"));
  return false;
}

static bool
choose_method (RequestDraft *draft, const char *name, bool data, GError **error)
{
  const Method *method = find_method (name != NULL ? name : data ? "POST" : "GET", error);

  if (method == NULL)
    return false;
  draft->method = method->name;
  draft->takes_body = method->takes_body;
  draft->once = method->once;
  return true;
}

/* [PROFILE] [METHOD] PATH: a path begins with a slash or is a URL, so that without a profile there
 * is nothing before it; with --url there is no profile. */
static bool
read_words (RequestDraft *draft, const RequestOptions *options, char *const *words, GError **error)
{
  size_t count = g_strv_length ((char **) words);
  bool data = options->data != NULL || options->input != NULL || request_fields_given (options);
  const char *path = count > 0 ? words[count - 1] : NULL;
  bool placed = options->url != NULL;

  if (path == NULL || (*path != '/' && strstr (path, "://") == NULL))
    {
      set_usage (error, _ ("which path? it starts with a slash: /services/data"));
      return false;
    }
  draft->profile = count > (placed ? 2 : 1) ? words[0] : NULL;
  draft->path = g_strdup (path);
  return choose_method (draft, count > (placed ? 1 : 2) ? words[count - 2] : NULL, data, error);
}

static bool
move_fields_to_query (RequestDraft *draft, const RequestOptions *options, GError **error)
{
  char *path;

  if (options->data != NULL || options->input != NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("%s sends no body"), draft->method);
      return false;
    }
  path = request_fields_query (options, draft->path, error);
  if (path == NULL)
    return false;
  g_free (draft->path);
  draft->path = path;
  return true;
}

bool
request_draft_read (RequestDraft *draft, const RequestOptions *options, char *const *words,
                    GError **error)
{
  if (!read_words (draft, options, words, error) || !read_headers (draft, options->headers, error))
    return false;
  if (!draft->takes_body)
    return move_fields_to_query (draft, options, error);
  if (!read_body (options, &draft->body, error))
    return false;
  if (draft->body == NULL)
    return true;
  if (draft->content_type == NULL)
    draft->content_type = g_strdup ("application/json");
  return check_json (draft, error);
}

void
request_draft_clear (RequestDraft *draft)
{
  g_free (draft->path);
  g_clear_pointer (&draft->body, secret_unref);
  g_free (draft->content_type);
  g_strfreev (draft->headers);
  *draft = (RequestDraft){ 0 };
}
