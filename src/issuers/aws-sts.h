/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* AWS Security Token Service: between the files aws-*.c. */
#pragma once

#include "issuer.h"

extern const Issuer aws_sts_issuer;

/* What is taken from an answer, in either of its forms. Start from { 0 }. */
typedef struct {
  char *access_key_id;
  Secret *secret_key;
  Secret *session_token;
  int64_t expires_at; /* unix seconds, the issuer's clock */
  char *role;         /* the ARN of the assumed role; NULL if it is not told */
  char *code;         /* of a refusal */
  char *message;
} AwsAnswer;
void aws_answer_clear (AwsAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AwsAnswer, aws_answer_clear)

/* Both leave open what is not there. Error: protocol (neither JSON nor XML of this shape, a value
 * of another type, or beyond all bounds). */
bool aws_answer_read (const ExchangeAnswer *answer, AwsAnswer *read, GError **error);
bool aws_answer_read_xml (const char *text, size_t length, AwsAnswer *read, GError **error);

GError *aws_explain (const IssuerContext *context, const ExchangeAnswer *answer,
                     IssuerRefusal *refusal);
