/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import.h"

#include "config.h"
#include "error.h"
#include "i18n.h"
#include "profile-draft.h"
#include "text.h"

#include <string.h>

enum { MAX_VARIABLE = 64 }; /* bytes of a variable's name that are shown */

static void
item_free (ImportItem *item)
{
  g_free (item->theirs);
  g_free (item->ours);
  g_free (item->value);
  g_free (item);
}

Import *
import_new (const char *folder)
{
  Import *import = g_new0 (Import, 1);

  import->folder = g_strdup (folder);
  import->items = g_ptr_array_new_with_free_func ((GDestroyNotify) item_free);
  return import;
}

void
import_free (Import *import)
{
  g_free (import->source);
  g_free (import->folder);
  g_free (import->name);
  g_free (import->passphrase_name);
  g_ptr_array_unref (import->items);
  g_clear_pointer (&import->passphrase, secret_unref);
  g_free (import);
}

static void
add (Import *import, const char *theirs, const char *ours, const char *value)
{
  ImportItem *item = g_new0 (ImportItem, 1);

  item->theirs = g_strdup (theirs);
  item->ours = g_strdup (ours);
  item->value = g_strdup (value);
  g_ptr_array_add (import->items, item);
}

void
import_leave (Import *import, const char *theirs, const char *why)
{
  add (import, theirs, NULL, why);
}

static ImportItem *
find (const Import *import, const char *ours)
{
  for (size_t i = 0; i < import->items->len; i++)
    {
      ImportItem *item = import->items->pdata[i];

      if (g_strcmp0 (item->ours, ours) == 0)
        return item;
    }
  return NULL;
}

const char *
import_get (const Import *import, const char *ours)
{
  const ImportItem *item = find (import, ours);

  return item != NULL ? item->value : NULL;
}

void
import_drop (Import *import, const char *ours, const char *why)
{
  ImportItem *item = find (import, ours);

  if (item == NULL)
    return;
  g_clear_pointer (&item->ours, g_free);
  g_free (item->value);
  item->value = g_strdup (why);
}

/* "$NAME", "${NAME}", "${{ secrets.NAME }}": the name, for a message. NULL: VALUE has no variable.
 */
static char *
find_variable (const char *value)
{
  const char *at = strpbrk (value, "$`");
  size_t length;

  if (at == NULL)
    return NULL;
  at += 1 + strspn (at + 1, "{ ");
  length = strspn (at, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.");
  return g_strndup (at, MIN (length, MAX_VARIABLE));
}

/* By Talend Studio ("enc:…", "ENC:[…]"), or by the vendor's CLI, whose cipher's tag of 16 bytes
 * comes after a colon. */
static bool
is_encrypted (const char *value)
{
  enum { TAG_DIGITS = 32 };
  const char *colon = strrchr (value, ':');

  if (g_ascii_strncasecmp (value, "enc:", 4) == 0)
    return true;
  return colon != NULL && colon != value && strlen (colon + 1) == TAG_DIGITS &&
         strspn (value, G_CSET_DIGITS "abcdef") == (size_t) (colon - value) &&
         colon[1 + strspn (colon + 1, G_CSET_DIGITS "abcdef")] == '\0';
}

/* A path of a machine with drives is none here. */
static bool
is_drive_path (const char *value)
{
  return g_ascii_isalpha (value[0]) && value[1] == ':' && (value[2] == '\\' || value[2] == '/');
}

static const char *
find_fault (const char *value)
{
  size_t length = strlen (value);

  if (length > IMPORT_MAX_VALUE)
    return _ ("it is too long");
  if (text_has_control (value, length))
    return _ ("it has a control character");
  return g_utf8_validate (value, (gssize) length, NULL) ? NULL : _ ("it is not UTF-8");
}

bool
import_take (Import *import, const char *theirs, const char *ours, const char *value,
             GError **error)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (value));
  g_autofree char *variable = NULL;
  g_autofree char *why = NULL;
  const ImportItem *before = find (import, ours);
  const char *fault = before == NULL ? find_fault (trimmed) : NULL;

  if (before != NULL)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                 _ ("both %s and %s are there: which one is %s?"), before->theirs, theirs, ours);
  else if (fault != NULL)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, "%s: %s", theirs, fault);
  if (before != NULL || fault != NULL)
    return false;

  variable = find_variable (trimmed);
  if (*trimmed == '\0')
    import_leave (import, theirs, _ ("it is empty; a variable that is not set?"));
  else if (is_encrypted (trimmed))
    import_leave (import, theirs, _ ("it is encrypted, by a key that avouch has not"));
  else if (variable != NULL)
    {
      why = g_strdup_printf (_ ("the value is in the variable %s"), variable);
      import_leave (import, theirs,
                    *variable != '\0' ? why : _ ("the value is what a command prints"));
    }
  else if (strcmp (ours, "key") == 0 && is_drive_path (trimmed))
    import_leave (import, theirs, _ ("it is a path of another machine: copy the file here"));
  else
    add (import, theirs, ours, trimmed);
  return true;
}

char *
import_profile_name (const Import *import)
{
  if (import->name != NULL && config_is_profile_name (import->name))
    return g_strdup (import->name);
  return profile_draft_suggest_name (import_get (import, "login-url"),
                                     import_get (import, "username"));
}
