/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keyring.h"

#include "error.h"
#include "item.h"

void
keyring_state_clear (KeyringState *state)
{
  g_clear_pointer (&state->collection, g_free);
}

bool
keyring_find (const KeyringItem *item, const KeyringOptions *options, KeyringMatch **match,
              GError **error)
{
  g_auto (Call) call = { 0 };
  g_autoptr (GPtrArray) items = NULL;
  KeyringMatch *found = NULL;
  bool goes_on;

  if (!item_check (item, options, error) || !call_open (&call, options, true, error))
    return false;
  items = item_search (&call, item, error);
  if (items == NULL)
    return false;
  goes_on = !call.over;
  for (size_t i = 0; i < items->len && found == NULL && goes_on; i++)
    {
      GError *trouble = NULL;

      found = item_open (&call, items->pdata[i], item, &trouble);
      goes_on = call_pass_over (&call, trouble);
    }
  if (!call_settle (&call, found != NULL, error))
    return false;
  *match = found;
  return true;
}

/* Nobody is asked for what somebody else locked away and may not be asked for. */
static KeyringMatch *
list_item (Call *call, SecretRetrievable *item, const KeyringItem *wanted, bool secrets,
           GError **error)
{
  return secrets && (!item_is_locked (item) || call->options->interactive)
             ? item_open (call, item, wanted, error)
             : item_describe (item);
}

static bool
has_secret (const GPtrArray *matches)
{
  for (size_t i = 0; i < matches->len; i++)
    if (((const KeyringMatch *) matches->pdata[i])->secret != NULL)
      return true;
  return false;
}

GPtrArray *
keyring_search (const KeyringItem *item, bool secrets, const KeyringOptions *options,
                char **passed_over, GError **error)
{
  g_auto (Call) call = { 0 };
  g_autoptr (GPtrArray) items = NULL;
  g_autoptr (GPtrArray) matches =
      g_ptr_array_new_with_free_func ((GDestroyNotify) keyring_match_free);
  bool goes_on;

  if (!item_check (item, options, error) || !call_open (&call, options, secrets, error))
    return NULL;
  items = item_search (&call, item, error);
  if (items == NULL)
    return NULL;
  goes_on = !call.over;
  for (size_t i = 0; i < items->len && goes_on; i++)
    {
      GError *trouble = NULL;
      KeyringMatch *match = list_item (&call, items->pdata[i], item, secrets, &trouble);

      if (match != NULL)
        g_ptr_array_add (matches, match);
      goes_on = call_pass_over (&call, trouble);
    }
  if (!call_settle (&call, has_secret (matches), error))
    return NULL;
  if (passed_over != NULL)
    *passed_over = call.passed_over != NULL ? error_message (call.passed_over) : NULL;
  return g_steal_pointer (&matches);
}

/* Whether ITEM is to go; false with an error where that cannot be told. */
static bool
is_condemned (Call *call, SecretRetrievable *item, const KeyringItem *wanted, KeyringJudge judge,
              void *data, GError **error)
{
  g_autoptr (SecretRetrievable) opened = NULL;
  g_autoptr (KeyringMatch) match = NULL;

  if (judge == NULL)
    return (opened = item_unlock (call, item, wanted, error)) != NULL;
  match = item_open (call, item, wanted, error);
  return match != NULL && judge (match, data);
}

bool
keyring_erase (const KeyringItem *item, KeyringJudge judge, void *data,
               const KeyringOptions *options, unsigned *erased, GError **error)
{
  g_auto (Call) call = { 0 };
  g_autoptr (GPtrArray) items = NULL;
  unsigned count = 0;
  bool goes_on;

  if (!item_check (item, options, error) || !call_open (&call, options, judge != NULL, error) ||
      (items = item_search (&call, item, error)) == NULL)
    return false;
  goes_on = !call.over;
  for (size_t i = 0; i < items->len && goes_on; i++)
    {
      GError *trouble = NULL;
      bool condemned = is_condemned (&call, items->pdata[i], item, judge, data, &trouble);

      if (condemned && !item_delete (&call, items->pdata[i], error))
        return false;
      count += condemned;
      goes_on = call_pass_over (&call, trouble);
    }
  /* What was meant is gone, whatever is in the one that could not be read. */
  if (!call_settle (&call, judge != NULL && count > 0 && !call.over, error))
    return false;
  if (erased != NULL)
    *erased = count;
  return true;
}

bool
keyring_state (const KeyringOptions *options, KeyringState *state, GError **error)
{
  g_auto (Call) call = { 0 };
  g_autoptr (SecretCollection) collection = NULL;
  g_autoptr (GError) trouble = NULL;

  if (!call_open (&call, options, false, error))
    return false;
  if (call.service == NULL)
    {
      *state = (KeyringState){ .collection = g_strdup (""), .portal = true };
      return true;
    }
  collection = call_find_collection (&call, &trouble);
  if (collection == NULL && trouble == NULL)
    trouble_set (options, TROUBLE_NO_DEFAULT, NULL, &trouble);
  if (collection == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&trouble));
      return false;
    }
  *state = (KeyringState){
    .collection = secret_collection_get_label (collection),
    .locked = secret_collection_get_locked (collection),
  };
  return true;
}
