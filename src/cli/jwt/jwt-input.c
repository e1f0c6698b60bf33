/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jwt-input.h"

#include "error.h"
#include "i18n.h"
#include "jws.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What a terminal's driver keeps of one line; the rest of it is lost. */
#define TERMINAL_MAX_LINE 4095

#define MAX_SPACE 4096 /* bytes around a token, and "Bearer " */

static bool
is_token (const char *text)
{
  static const char start[] = "eyJ"; /* {" */
  static const char bearer[] = "Bearer ";

  if (g_ascii_strncasecmp (text, bearer, strlen (bearer)) == 0)
    text += strlen (bearer);
  return g_str_has_prefix (text, start) && strchr (text, '.') != NULL;
}

bool
jwt_input_check_argument (const char *text, GError **error)
{
  if (!is_token (text))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("a token does not belong on the command line: it would stay in the shell's "
                  "history, and other users can see it there"));
  if (error != NULL)
    error_add_hint (*error, _ ("give it on standard input, or name a file that holds it"));
  return false;
}

bool
jwt_input_choose (const Invocation *call, const char *option, const char **file, GError **error)
{
  const char *argument = call->arguments[0];

  if (option != NULL && argument != NULL)
    {
      if (jwt_input_check_argument (argument, error))
        g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                     _ ("give the token's file once: by --token-file, or as an argument"));
      return false;
    }
  *file = option != NULL ? option : argument;
  return true;
}

static Secret *
fail_read (const char *file, int code, GError **error)
{
  g_autofree char *name = text_clean (file, -1);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("cannot read %s: %s"), name,
               g_strerror (code));
  return NULL;
}

static Secret *
read_file (const char *file, size_t limit, GError **error)
{
  int fd = open (file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  g_autofree char *name = text_clean (file, -1);
  Secret *content;

  if (fd < 0)
    return fail_read (file, errno, error);
  content = secret_read_fd (fd, limit, name, error);
  close (fd);
  return content;
}

/* One line; a second is not waited for. */
static Secret *
read_terminal_line (GError **error)
{
  g_auto (SecretBuffer) line = { 0 };

  while (line.length <= TERMINAL_MAX_LINE)
    {
      ssize_t count = read (STDIN_FILENO, secret_buffer_reserve (&line, TERMINAL_MAX_LINE + 1),
                            TERMINAL_MAX_LINE + 1);

      if (count <= 0)
        break;
      secret_buffer_advance (&line, (size_t) count);
      if (memchr (line.data, '\n', line.length) != NULL)
        break;
    }
  if (line.length < TERMINAL_MAX_LINE)
    return secret_buffer_end (&line);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("a terminal takes no more than %d characters in a line"), TERMINAL_MAX_LINE);
  if (error != NULL)
    error_add_hint (*error, _ ("put the token into a file"));
  return NULL;
}

static void
say (const char *prompt, const Invocation *call)
{
  if (!call->quiet)
    fprintf (stderr, "%s\n", prompt);
}

Secret *
jwt_input_read (const char *file, size_t limit, const char *prompt, const Invocation *call,
                GError **error)
{
  if (!jwt_input_check_argument (file, error))
    return NULL;
  if (strcmp (file, "-") != 0)
    return read_file (file, limit, error);
  if (isatty (STDIN_FILENO))
    say (prompt, call);
  return secret_read_fd (STDIN_FILENO, limit, _ ("standard input"), error);
}

static Secret *
read_token (const char *file, const Invocation *call, GError **error)
{
  if (!isatty (STDIN_FILENO) || strcmp (file, "-") != 0)
    return jwt_input_read (file, JWS_MAX_LENGTH + MAX_SPACE, "", call, error);
  say (_ ("Paste the token and press Enter:"), call);
  return read_terminal_line (error);
}

static Secret *
strip (const Secret *content)
{
  static const char bearer[] = "Bearer ";
  size_t length;
  const char *bytes = secret_bytes (content, &length);

  for (; length > 0 && g_ascii_isspace (bytes[length - 1]); length--)
    ;
  for (; length > 0 && g_ascii_isspace (*bytes); length--)
    bytes++;
  if (length > strlen (bearer) && g_ascii_strncasecmp (bytes, bearer, strlen (bearer)) == 0)
    {
      bytes += strlen (bearer);
      length -= strlen (bearer);
    }
  for (; length > 0 && g_ascii_isspace (*bytes); length--)
    bytes++;
  return secret_new (bytes, length);
}

Secret *
jwt_input_token (const char *file, const Invocation *call, GError **error)
{
  g_autoptr (Secret) content = read_token (file != NULL ? file : "-", call, error);

  return content != NULL ? strip (content) : NULL;
}
