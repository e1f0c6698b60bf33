/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keyfile.h"

#include "config.h"
#include "error.h"
#include "i18n.h"
#include "text.h"

#include <string.h>

typedef struct {
  const char *file;
  unsigned line;
  bool in_group;
  const KeyfileHandler *handler;
  void *data;
} Scanner;

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define BLANKS          " \t"

/* The messages below quote well-formed keys and groups' names, but nothing else of a line: a
 * passphrase may have strayed into it. */
void
keyfile_set_error (const char *file, unsigned line, GError **error, const char *format, ...)
{
  g_autofree char *shown = text_clean (file, -1);
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG, "%s:%u: %s", shown, line, message);
}

static bool
refuse (const Scanner *scanner, const char *why, GError **error)
{
  keyfile_set_error (scanner->file, scanner->line, error, "%s", why);
  return false;
}

static bool
refuse_name (const Scanner *scanner, const char *why, const char *name, GError **error)
{
  g_autofree char *shown = text_clean (name, -1);

  keyfile_set_error (scanner->file, scanner->line, error, "\"%s\": %s", shown, why);
  return false;
}

static bool
scan_group (Scanner *scanner, char *line, char *end, GError **error)
{
  char *name = line + 1;

  if (end[-1] != ']' || end - 1 == line)
    return refuse (scanner, _ ("a group's line is \"[NAME]\" and nothing else"), error);
  end[-1] = '\0';
  if (strcmp (name, CONFIG_GIT) != 0 && !config_is_profile_name (name))
    return refuse_name (scanner,
                        _ ("not a profile's name: 1 to 64 letters, digits, \".\", \"_\" and \"-\", "
                           "a letter or digit first"),
                        name, error);
  scanner->in_group = true;
  return scanner->handler->group (name, scanner->line, scanner->data, error);
}

/* After a dot comes the name of a claim or a form's field, which others chose. */
bool
keyfile_is_key (const char *key)
{
  static const char foreign[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-.:/#";
  size_t length = 1;

  if (!g_ascii_islower (key[0]))
    return false;
  while (g_ascii_islower (key[length]) || g_ascii_isdigit (key[length]) || key[length] == '-')
    length++;
  if (key[length] == '.' && key[length + 1] != '\0')
    length += 1 + strspn (&key[length + 1], foreign);
  return key[length] == '\0' && length <= KEYFILE_MAX_NAME;
}

/* What the character after a backslash stands for; 0 if it has no meaning there. */
static char
unescape_char (char c)
{
  static const char escapes[] = "s n\nt\tr\r\\\\";

  for (const char *at = escapes; *at != '\0'; at += 2)
    if (*at == c)
      return at[1];
  return '\0';
}

static bool
unescape (const Scanner *scanner, char *value, GError **error)
{
  char *to = strchr (value, '\\');

  for (const char *from = to; from != NULL && *from != '\0'; from++)
    {
      *to = *from;
      if (*from == '\\')
        *to = unescape_char (*++from);
      if (*to == '\0')
        return refuse (scanner,
                       _ ("a backslash is written \"\\\\\"; beside it only \"\\s\" has a use"),
                       error);
      to++;
    }
  if (to != NULL)
    *to = '\0';
  return true;
}

static bool
check_value (const Scanner *scanner, const char *value, GError **error)
{
  size_t length = strlen (value);

  if (length > KEYFILE_MAX_VALUE)
    {
      keyfile_set_error (scanner->file, scanner->line, error,
                         _ ("the value is longer than %d bytes"), KEYFILE_MAX_VALUE);
      return false;
    }
  if (text_has_control (value, length))
    return refuse (scanner, _ ("the value holds a control character"), error);
  return true;
}

static char *
trim_end (char *start, char *end)
{
  while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
    end--;
  *end = '\0';
  return end;
}

static bool
scan_setting (Scanner *scanner, char *line, GError **error)
{
  char *equals = strchr (line, '=');

  if (equals == NULL || equals == line)
    return refuse (scanner, _ ("neither \"[profile]\", \"key = value\" nor a \"#\" comment"),
                   error);
  trim_end (line, equals);
  if (strchr (line, '[') != NULL)
    return refuse (scanner, _ ("a key in brackets (a translation) has no meaning here"), error);
  if (!keyfile_is_key (line))
    return refuse (scanner,
                   _ ("not a key before the \"=\": lower-case letters, digits and \"-\", a letter "
                      "first, perhaps a dot and the name of a claim or field; 64 at most"),
                   error);
  if (!scanner->in_group)
    return refuse_name (scanner, _ ("this setting comes before the first \"[profile]\" line"), line,
                        error);

  char *value = equals + 1 + strspn (equals + 1, BLANKS);
  Setting setting = { line, value, scanner->file, scanner->line };
  return unescape (scanner, value, error) && check_value (scanner, value, error) &&
         scanner->handler->setting (&setting, scanner->data, error);
}

static bool
scan_line (Scanner *scanner, char *line, char *end, GError **error)
{
  if (end > line && end[-1] == '\r')
    end--;
  end = trim_end (line, end);
  line += strspn (line, BLANKS);
  if (line[0] == '\0' || line[0] == '#')
    return true;
  if (line[0] == '[')
    return scan_group (scanner, line, end, error);
  return scan_setting (scanner, line, error);
}

static unsigned
count_lines (const char *text, const char *end)
{
  unsigned count = 1;

  while ((text = memchr (text, '\n', (size_t) (end - text))) != NULL)
    {
      text++;
      count++;
    }
  return count;
}

static bool
check_utf8 (const char *text, size_t length, const char *file, GError **error)
{
  const char *end;

  if (g_utf8_validate_len (text, length, &end))
    return true;
  keyfile_set_error (file, count_lines (text, end), error, _ ("not UTF-8 text"));
  return false;
}

bool
keyfile_scan (char *text, size_t length, const char *file, const KeyfileHandler *handler,
              void *data, GError **error)
{
  Scanner scanner = { .file = file, .handler = handler, .data = data };
  char *end = text + length;
  char *line = text;

  if (!check_utf8 (text, length, file, error))
    return false;
  if (length >= strlen (BYTE_ORDER_MARK) &&
      memcmp (line, BYTE_ORDER_MARK, strlen (BYTE_ORDER_MARK)) == 0)
    line += strlen (BYTE_ORDER_MARK);
  while (line < end)
    {
      char *newline = memchr (line, '\n', (size_t) (end - line));
      char *stop = newline != NULL ? newline : end;

      scanner.line++;
      if (!scan_line (&scanner, line, stop, error))
        return false;
      line = stop + 1;
    }
  return true;
}
