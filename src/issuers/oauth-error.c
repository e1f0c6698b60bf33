/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oauth-error.h"

#include "strict.h"
#include "text.h"

bool
oauth_error_read (const ExchangeAnswer *answer, char **code, char **description)
{
  size_t length = 0;
  const char *body = secret_bytes (answer->body, &length);
  g_autoptr (JsonObject) object = json_strict_object (body, length, NULL);
  const char *text = NULL;
  const char *more = NULL;

  if (object == NULL || (text = json_need_string (object, "error", NULL)) == NULL ||
      !json_optional_string (object, "error_description", &more, NULL))
    return false;
  *code = text_clean_told (text);
  *description = text_clean_told (more != NULL ? more : "");
  return true;
}
