/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keyring-view.h"

#include "error.h"
#include "i18n.h"
#include "kept.h"
#include "key.h"
#include "passphrase.h"

enum { PATIENCE = 2 /* seconds for one collection */ };

static void
view_free (KeyringView *view)
{
  keyring_state_clear (&view->state);
  g_clear_error (&view->trouble);
  g_free (view);
}

static bool
uses_keyring (const Profile *profile)
{
  const char *location = profile_get (profile, "key");

  return kept_is_cached (profile) || kept_is_published (profile) ||
         passphrase_asks_keyring (profile, "passphrase") ||
         passphrase_asks_keyring (profile, "key-passphrase") ||
         (location != NULL && key_keyring_name (location) != NULL);
}

static const char *
collection_of (const Profile *profile)
{
  return profile_get (profile, "keyring-collection");
}

static KeyringView *
find (const GPtrArray *views, const char *collection)
{
  for (size_t i = 0; i < views->len; i++)
    {
      KeyringView *view = views->pdata[i];

      if (g_strcmp0 (view->collection, collection) == 0)
        return view;
    }
  return NULL;
}

/* LATE: a keyring that hangs would for each collection; it is the last one's trouble then. */
static KeyringView *
take (const char *collection, const GError *late)
{
  KeyringView *view = g_new0 (KeyringView, 1);
  const KeyringOptions options = { .timeout = PATIENCE, .collection = collection };

  view->collection = collection;
  if (late != NULL)
    view->trouble = g_error_copy (late);
  else
    keyring_state (&options, &view->state, &view->trouble);
  return view;
}

GPtrArray *
keyring_views_take (const GPtrArray *profiles)
{
  GPtrArray *views = g_ptr_array_new_with_free_func ((GDestroyNotify) view_free);
  const GError *late = NULL;

  for (size_t i = 0; i < profiles->len; i++)
    {
      const char *collection = collection_of (profiles->pdata[i]);
      int64_t started = g_get_monotonic_time ();
      KeyringView *view;

      if (!uses_keyring (profiles->pdata[i]) || find (views, collection) != NULL)
        continue;
      view = take (collection, late);
      g_ptr_array_add (views, view);
      if (g_get_monotonic_time () - started >= PATIENCE * G_USEC_PER_SEC)
        late = view->trouble;
    }
  return views;
}

const KeyringView *
keyring_views_find (const GPtrArray *views, const Profile *profile)
{
  return uses_keyring (profile) ? find (views, collection_of (profile)) : NULL;
}

const char *
keyring_view_state (const KeyringView *view)
{
  return view->trouble != NULL ? "absent" : (view->state.locked ? "locked" : "unlocked");
}

static void
add_line (const KeyringView *view, GString *text)
{
  g_autofree char *message = view->trouble != NULL ? error_message (view->trouble) : NULL;

  if (message != NULL)
    g_string_append_printf (text, _ ("keyring: none: %s\n"), message);
  else if (view->state.portal)
    g_string_append (text, _ ("keyring: a file of this sandbox, by the secret portal\n"));
  else
    g_string_append_printf (
        text, view->state.locked ? _ ("keyring: locked (%s)\n") : _ ("keyring: unlocked (%s)\n"),
        view->state.collection);
}

void
keyring_views_add (const GPtrArray *views, GString *text)
{
  for (size_t i = 0; i < views->len; i++)
    add_line (views->pdata[i], text);
}

void
keyring_views_write (const GPtrArray *views, Writer *writer)
{
  const KeyringView *first = views->len > 0 ? views->pdata[0] : NULL;
  g_autofree char *message =
      first != NULL && first->trouble != NULL ? error_message (first->trouble) : NULL;

  if (first == NULL)
    {
      writer_string (writer, "keyring", NULL);
      return;
    }
  writer_open (writer, "keyring", '{');
  writer_string (writer, "state", keyring_view_state (first));
  writer_string (writer, "collection", first->state.collection);
  writer_string (writer, "message", message);
  writer_close (writer, '}');
}
