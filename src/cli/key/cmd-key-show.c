/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"
#include "i18n.h"
#include "key-facts.h"
#include "key-input.h"
#include "layout.h"
#include "output.h"
#include "process.h"
#include "text.h"

typedef struct {
  KeyInputOptions input;
  gboolean json;
} ShowOptions;

static const Option show_options[] = {
  KEY_INPUT_PROFILE (ShowOptions),
  KEY_INPUT_OPTIONS (ShowOptions),
  { "json", 0, OPTION_FLAG, offsetof (ShowOptions, json), NULL, N_ ("for programs") },
  { 0 },
};

static const char *const show_example[] = {
  "avouch key show acme.jks",
  N_ ("what a keystore holds, and when its certificates expire"),
  "avouch key show --profile acme",
  N_ ("the key that this profile uses, opened as avouch opens it"),
  NULL,
};

/* What one run is about. */
typedef struct {
  const Invocation *call;
  const KeyInput *input;
  const Inspection *inspection;
  int64_t now;
} View;

static bool
is_locked (const GError *trouble)
{
  return g_error_matches (trouble, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE);
}

static void
write_trouble (Writer *writer, const GError *trouble)
{
  g_autofree char *message = trouble != NULL ? error_message (trouble) : NULL;

  writer_string (writer, "trouble", message);
  writer_string (writer, "hint", trouble != NULL ? error_hint (trouble) : NULL);
}

static void
write_key (Writer *writer, const InspectedKey *key, int64_t now)
{
  writer_open (writer, NULL, '{');
  writer_string (writer, "alias", key->alias);
  key_facts_write_key (writer, key->public);
  writer_bool (writer, "encrypted", key->encrypted);
  writer_bool (writer, "opened", key->key != NULL);
  writer_bool (writer, "used", key->chosen);
  writer_bool (writer, "matches", key->matches);
  key_facts_write_certificate (writer, "certificate", NULL, key->certificate, now);
  write_trouble (writer, key->trouble);
  writer_close (writer, '}');
}

static bool
print_json (const View *view, GError **error)
{
  const Inspection *inspection = view->inspection;
  g_auto (SecretBuffer) output = { 0 };
  Writer writer = { .buffer = &output };

  writer_open (&writer, NULL, '{');
  writer_string (&writer, "key", key_input_location (view->input));
  writer_string (&writer, "format", inspection->format);
  writer_bool (&writer, "locked", inspection_is_locked (inspection));
  writer_open (&writer, "keys", '[');
  for (unsigned i = 0; i < inspection->keys->len; i++)
    write_key (&writer, g_ptr_array_index (inspection->keys, i), view->now);
  writer_close (&writer, ']');
  writer_open (&writer, "certificates", '[');
  for (unsigned i = 0; i < inspection->certificates->len; i++)
    {
      const InspectedCertificate *item = g_ptr_array_index (inspection->certificates, i);

      key_facts_write_certificate (&writer, NULL, item->alias, item->certificate, view->now);
    }
  writer_close (&writer, ']');
  write_trouble (&writer, inspection->trouble);
  writer_close (&writer, '}');
  return output_buffer (&output, error);
}

/* "RSA 2048, encrypted" */
static char *
kind_text (const InspectedKey *key)
{
  g_autofree char *kind =
      key->public != NULL ? key_facts_kind (key->public) : g_strdup (_ ("not told"));

  return key->encrypted ? g_strdup_printf (_ ("%s, encrypted"), kind) : g_steal_pointer (&kind);
}

/* Whether the halves belong together, or why that is not known. */
static char *
pair_text (const InspectedKey *key)
{
  if (key->matches)
    return g_strdup (_ ("key and certificate belong together"));
  if (key->trouble == NULL)
    return NULL;
  if (is_locked (key->trouble) && key->certificate != NULL)
    return g_strdup (_ ("not opened: whether key and certificate belong together is not known"));
  return error_message (key->trouble);
}

static void
add_title (GString *text, const View *view, const InspectedKey *key)
{
  g_autofree char *alias = key->alias != NULL ? text_clean (key->alias, -1) : NULL;
  bool marked = key->chosen && view->inspection->keys->len > 1;

  if (alias == NULL && !marked && view->inspection->keys->len == 1)
    return;
  g_string_append_printf (text, "%s%s\n", alias != NULL ? alias : _ ("(without a name)"),
                          marked ? _ ("  (this one is used)") : "");
}

static void
add_key (GString *text, const View *view, const InspectedKey *key)
{
  g_autofree char *kind = kind_text (key);
  g_autofree char *pair = pair_text (key);
  g_autofree char *spki = key->public != NULL ? key_facts_spki (key->public) : NULL;

  g_string_append_c (text, '\n');
  add_title (text, view, key);
  key_facts_add (text, _ ("key"), kind);
  if (spki != NULL)
    key_facts_add (text, _ ("SPKI SHA-256"), spki);
  if (key->certificate != NULL)
    key_facts_add_certificate (text, key->certificate, view->now);
  if (pair != NULL)
    key_facts_add (text, _ ("note"), pair);
}

static void
add_certificate (GString *text, const View *view, const InspectedCertificate *item)
{
  g_autofree char *alias = item->alias != NULL ? text_clean (item->alias, -1) : NULL;

  g_string_append_c (text, '\n');
  if (alias != NULL)
    g_string_append_printf (text, "%s\n", alias);
  key_facts_add_certificate (text, item->certificate, view->now);
}

/* What nobody asked for and is good to know. The caller owns it. */
static char *
remark_text (const View *view)
{
  const GError *trouble = view->inspection->trouble;

  if (inspection_is_locked (view->inspection) && !key_input_is_definite (view->input))
    return g_strdup (_ ("Without its passphrase there is no more to tell: add --passphrase "
                        "prompt, or file:PATH, env:NAME, fd:N."));
  return trouble != NULL ? error_message (trouble) : NULL;
}

static bool
print_text (const View *view, bool remark, GError **error)
{
  const Inspection *inspection = view->inspection;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *more = remark && !view->call->quiet ? remark_text (view) : NULL;

  g_string_append_printf (text, "%s: %s\n", key_input_name (view->input), inspection->format);
  for (unsigned i = 0; i < inspection->keys->len; i++)
    add_key (text, view, g_ptr_array_index (inspection->keys, i));
  for (unsigned i = 0; i < inspection->certificates->len; i++)
    add_certificate (text, view, g_ptr_array_index (inspection->certificates, i));
  if (more != NULL)
    {
      g_string_append_c (text, '\n');
      layout_wrap (text, more, 0, 0, LAYOUT_WIDTH - 1);
    }
  return output_text (text->str, error);
}

/* Why avouch could not use what it was shown; NULL: it could, or nobody said that it shall. */
static const GError *
find_trouble (const View *view)
{
  const Inspection *inspection = view->inspection;
  const InspectedKey *chosen = inspection_chosen (inspection);
  const GError *trouble = inspection->trouble;

  if (trouble == NULL && chosen != NULL)
    trouble = chosen->trouble;
  if (trouble == NULL || key_input_is_definite (view->input))
    return trouble;
  return is_locked (trouble) || chosen == NULL ? NULL : trouble;
}

static bool
run (const Invocation *call, GError **error)
{
  const ShowOptions *options = call->values;
  g_autoptr (KeyInput) input =
      key_input_new (call, "avouch key show", call->arguments[0], &options->input, error);
  g_autoptr (Inspection) inspection = input != NULL ? key_input_inspect (input, error) : NULL;
  View view = { call, input, inspection, process_now () };
  const GError *trouble;

  if (inspection == NULL)
    return false;
  trouble = find_trouble (&view);
  if (!(options->json ? print_json (&view, error) : print_text (&view, trouble == NULL, error)))
    return false;
  if (trouble == NULL)
    return true;
  g_propagate_error (error, g_error_copy (trouble));
  if (trouble != inspection->trouble && error != NULL)
    error_add_prefix (*error, key_input_name (input));
  return false;
}

const Command command_key_show = {
  .path = "avouch key show",
  .arguments = N_ ("FILE | PKCS11-URI | --profile PROFILE"),
  .summary = N_ ("show what a keystore holds, and which key avouch would use"),
  .description = N_ (
      "Shows aliases, kinds, fingerprints and dates, never a key. Without a passphrase it shows "
      "what the format tells to anybody, and says what it could not see. Certificates and public "
      "keys are shown as well. Exits with 4 if avouch could not use the key."),
  .example = show_example,
  .options = show_options,
  .values_size = sizeof (ShowOptions),
  .max_arguments = 1,
  .run = run,
};
