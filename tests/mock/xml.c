/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xml.h"

#include <string.h>

static const struct {
  const char *uri;
  const char *prefix;
} namespaces[] = {
  { XML_SOAP, "soap" },
  { XML_PARTNER, "partner" },
  { XML_ASYNC, "async" },
};

/* "xmlns:prefix=uri", in force until its element ends. */
typedef struct {
  char *prefix; /* "" for the default */
  char *uri;
  unsigned depth;
} Declaration;

typedef struct {
  GPtrArray *declarations;
  GPtrArray *paths; /* of the open elements, outermost first */
  GHashTable *texts;
} Reader;

static void
declaration_free (void *data)
{
  Declaration *declaration = data;
  g_free (declaration->prefix);
  g_free (declaration->uri);
  g_free (declaration);
}

static void
reader_clear (Reader *reader)
{
  g_ptr_array_unref (reader->declarations);
  g_ptr_array_unref (reader->paths);
  g_clear_pointer (&reader->texts, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_clear)

static const char *
canonical_prefix (const Reader *reader, const char *prefix)
{
  for (unsigned i = reader->declarations->len; i > 0; i--)
    {
      const Declaration *declaration = reader->declarations->pdata[i - 1];
      if (strcmp (declaration->prefix, prefix) != 0)
        continue;
      for (size_t j = 0; j < G_N_ELEMENTS (namespaces); j++)
        if (strcmp (namespaces[j].uri, declaration->uri) == 0)
          return namespaces[j].prefix;
      break;
    }
  return "?";
}

static void
declare (Reader *reader, const char *attribute, const char *uri)
{
  if (strcmp (attribute, "xmlns") != 0 && !g_str_has_prefix (attribute, "xmlns:"))
    return;
  Declaration *declaration = g_new (Declaration, 1);
  *declaration = (Declaration){
    .prefix = g_strdup (attribute[5] == ':' ? attribute + 6 : ""),
    .uri = g_strdup (uri),
    .depth = reader->paths->len,
  };
  g_ptr_array_add (reader->declarations, declaration);
}

static void
on_start (G_GNUC_UNUSED GMarkupParseContext *context, const char *name, const char **attributes,
          const char **values, void *data, G_GNUC_UNUSED GError **error)
{
  Reader *reader = data;
  const char *colon = strchr (name, ':');
  g_autofree char *prefix = colon != NULL ? g_strndup (name, colon - name) : g_strdup ("");

  for (; *attributes != NULL; attributes++, values++)
    declare (reader, *attributes, *values);
  unsigned depth = reader->paths->len;
  const char *outer = depth > 0 ? reader->paths->pdata[depth - 1] : "";
  char *path = g_strdup_printf ("%s%s%s:%s", outer, depth > 0 ? "/" : "",
                                canonical_prefix (reader, prefix), colon ? colon + 1 : name);
  g_ptr_array_add (reader->paths, path);
  g_hash_table_insert (reader->texts, g_strdup (path), g_strdup (""));
}

static void
on_end (G_GNUC_UNUSED GMarkupParseContext *context, G_GNUC_UNUSED const char *name, void *data,
        G_GNUC_UNUSED GError **error)
{
  Reader *reader = data;
  GPtrArray *declarations = reader->declarations;

  g_ptr_array_set_size (reader->paths, (int) reader->paths->len - 1);
  while (declarations->len > 0 &&
         ((Declaration *) declarations->pdata[declarations->len - 1])->depth >= reader->paths->len)
    g_ptr_array_set_size (declarations, (int) declarations->len - 1);
}

static void
on_text (G_GNUC_UNUSED GMarkupParseContext *context, const char *text, size_t length, void *data,
         G_GNUC_UNUSED GError **error)
{
  Reader *reader = data;

  if (reader->paths->len == 0)
    return;
  const char *path = reader->paths->pdata[reader->paths->len - 1];
  g_autofree char *more = g_strndup (text, length);
  const char *before = g_hash_table_lookup (reader->texts, path);
  g_hash_table_replace (reader->texts, g_strdup (path), g_strconcat (before, more, NULL));
}

static void
on_passthrough (G_GNUC_UNUSED GMarkupParseContext *context, const char *text, size_t length,
                G_GNUC_UNUSED void *data, GError **error)
{
  if (length > 2 && text[0] == '<' && text[1] == '!' && text[2] != '-')
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, "a DTD");
}

GHashTable *
xml_read (GBytes *document)
{
  static const GMarkupParser parser = { on_start, on_end, on_text, on_passthrough, NULL };
  g_auto (Reader) reader = {
    g_ptr_array_new_with_free_func (declaration_free),
    g_ptr_array_new_with_free_func (g_free),
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
  };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, &reader, NULL);
  size_t length;
  const char *bytes = g_bytes_get_data (document, &length);

  if (length == 0 || !g_markup_parse_context_parse (context, bytes, (gssize) length, NULL) ||
      !g_markup_parse_context_end_parse (context, NULL))
    return NULL;
  return g_steal_pointer (&reader.texts);
}
