/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* By "AssumeRoleWithWebIdentity" in the AWS STS API reference: the call is not signed, for the JWT
 * is what proves who asks. */
#include "aws-sts.h"

#include "assertion.h"
#include "error.h"
#include "form.h"
#include "i18n.h"
#include "strict.h"
#include "text.h"

#include <string.h>

#define API_VERSION "2011-06-15"

enum {
  DURATION = 3600, /* seconds, as without DurationSeconds */
  MIN_DURATION = 900,
  MAX_DURATION = 43200,
  MAX_SESSION_NAME = 64, /* bytes; 2 at least */
  MAX_POLICY = 2048,     /* bytes */
  MAX_POLICIES = 10,
  MAX_ARN = 2048, /* bytes */
  MAX_KEY_ID = 128,
};

static const AssertionRules rules = {
  .lifetime = 180,
  .min_lifetime = 60,
  .max_lifetime = 3600,
  .audience = "sts.amazonaws.com",
};

static const IssuerSetting settings[] = {
  { "role-arn", true, N_ ("the role to assume: arn:aws:iam::ACCOUNT:role/NAME"), true },
  { "region", true, N_ ("the region of its endpoint, and of the tools that get the keys"), true },
  { "endpoint", false, N_ ("URL of the token service, where it is not the region's own"), true },
  { "role-session-name", false, N_ ("what the session is called in AWS's logs"), false },
  { "duration", false, N_ ("seconds that the keys live: 900 to 43200"), false },
  { "policy", false, N_ ("a policy in JSON that the keys are narrowed to"), false },
  { "policy-arns", false, N_ ("managed policies that the keys are narrowed to"), false },
  SUBJECT_SETTINGS,
  ASSERTION_SETTINGS,
  { NULL, false, NULL, false },
};

/* "Configuring environment variables for the AWS CLI", and what would name other credentials. */
static const IssuerVariable variables[] = {
  { "AWS_ACCESS_KEY_ID", ISSUER_PART_DETAIL, "access_key_id" },
  { "AWS_SECRET_ACCESS_KEY", ISSUER_PART_TOKEN, NULL },
  { "AWS_SESSION_TOKEN", ISSUER_PART_SESSION, NULL },
  { "AWS_REGION", ISSUER_PART_DETAIL, "region" },
  { "AWS_DEFAULT_REGION", ISSUER_PART_DETAIL, "region" },
  { "AWS_SECURITY_TOKEN", ISSUER_PART_NONE, NULL },
  { "AWS_CREDENTIAL_EXPIRATION", ISSUER_PART_NONE, NULL },
  { "AWS_PROFILE", ISSUER_PART_NONE, NULL },
  { "AWS_DEFAULT_PROFILE", ISSUER_PART_NONE, NULL },
  { "AWS_ROLE_ARN", ISSUER_PART_NONE, NULL },
  { "AWS_ROLE_SESSION_NAME", ISSUER_PART_NONE, NULL },
  { "AWS_WEB_IDENTITY_TOKEN_FILE", ISSUER_PART_NONE, NULL },
  { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", ISSUER_PART_NONE, NULL },
  { "AWS_CONTAINER_CREDENTIALS_FULL_URI", ISSUER_PART_NONE, NULL },
  { NULL, ISSUER_PART_NONE, NULL },
};

static bool
refuse (const Profile *profile, const char *setting, const char *why, GError **error)
{
  profile_set_error (profile, setting, error, "%s", why);
  return false;
}

static bool
is_region (const char *region)
{
  return region != NULL && *region != '\0' &&
         region[strspn (region, G_CSET_a_2_z G_CSET_DIGITS "-")] == '\0';
}

/* Partitions, as partitions.json of AWS's own SDKs has them; the last is the one of all other
 * regions. */
static const struct {
  const char *region; /* how its regions begin */
  const char *name;   /* as ARNs have it */
  const char *domain;
} partitions[] = {
  { "cn-", "aws-cn", "amazonaws.com.cn" },       { "us-gov-", "aws-us-gov", "amazonaws.com" },
  { "us-iso-", "aws-iso", "c2s.ic.gov" },        { "us-isob-", "aws-iso-b", "sc2s.sgov.gov" },
  { "us-isof-", "aws-iso-f", "csp.hci.ic.gov" }, { "eu-isoe-", "aws-iso-e", "cloud.adc-e.uk" },
  { "eusc-", "aws-eusc", "amazonaws.eu" },       { "", "aws", "amazonaws.com" },
};

static size_t
find_partition (const char *region)
{
  size_t i = 0;

  while (!g_str_has_prefix (region, partitions[i].region))
    i++;
  return i;
}

static char *
usual_endpoint (const char *region)
{
  return g_strdup_printf ("https://sts.%s.%s/", region, partitions[find_partition (region)].domain);
}

static Url *
aws_place (const Profile *profile, GError **error)
{
  const char *own = profile_get (profile, "endpoint");
  const char *region = profile_get (profile, "region");
  g_autofree char *usual = NULL;
  g_autoptr (GError) reason = NULL;
  Url *url;

  if (!is_region (region))
    {
      refuse (profile, "region", _ ("not a region such as eu-central-1"), error);
      return NULL;
    }
  usual = usual_endpoint (region);
  url = url_parse (own != NULL ? own : usual, &reason);
  if (url == NULL)
    refuse (profile, own != NULL ? "endpoint" : "region", reason->message, error);
  return url;
}

/* In any partition: arn:aws-cn:iam::123456789012:role/path/name */
static bool
is_arn (const char *arn, const char *resource)
{
  g_auto (GStrv) parts = g_strsplit (arn, ":", 6);

  if (strlen (arn) > MAX_ARN || g_strv_length (parts) != 6 || strcmp (parts[0], "arn") != 0 ||
      strcmp (parts[2], "iam") != 0 || !g_str_has_prefix (parts[5], resource))
    return false;
  for (; *arn != '\0'; arn++)
    if (!g_ascii_isgraph (*arn))
      return false;
  return true;
}

/* A role of one partition is not known in another; behind an endpoint of its own may be any. */
static bool
check_partition (const Profile *profile, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (profile_get (profile, "role-arn"), ":", 3);
  const char *expected = partitions[find_partition (profile_get (profile, "region"))].name;

  if (profile_get (profile, "endpoint") != NULL || strcmp (parts[1], expected) == 0)
    return true;
  profile_set_error (profile, "role-arn", error,
                     _ ("the region is of the partition %s, and the role of another"), expected);
  return false;
}

/* [\w+=,.@-]{2,64} */
static bool
is_session_name (const char *name)
{
  size_t length = strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_+=,.@-");

  return length >= 2 && length <= MAX_SESSION_NAME && name[length] == '\0';
}

/* A profile's name has letters that a session's may have, but may be one alone. */
static char *
session_name (const Profile *profile)
{
  const char *own = profile_get (profile, "role-session-name");
  g_autofree char *made = g_strconcat ("avouch-", profile_name (profile), NULL);

  return own != NULL ? g_strdup (own) : g_strndup (made, MAX_SESSION_NAME);
}

static char **
policy_arns (const Profile *profile)
{
  const char *value = profile_get (profile, "policy-arns");
  g_auto (GStrv) words = g_strsplit (value != NULL ? value : "", " ", -1);
  g_autoptr (GPtrArray) arns = g_ptr_array_new ();

  for (char **word = words; *word != NULL; word++)
    if (**word != '\0')
      g_ptr_array_add (arns, g_strdup (*word));
  g_ptr_array_add (arns, NULL);
  return (char **) g_ptr_array_steal (arns, NULL);
}

static bool
check_policies (const Profile *profile, GError **error)
{
  const char *policy = profile_get (profile, "policy");
  g_auto (GStrv) arns = policy_arns (profile);
  g_autoptr (GError) reason = NULL;
  g_autoptr (JsonObject) object = NULL;

  if (policy != NULL)
    {
      object = json_strict_object (policy, strlen (policy), &reason);
      if (object == NULL)
        return refuse (profile, "policy", reason->message, error);
      if (strlen (policy) > MAX_POLICY)
        return refuse (profile, "policy", _ ("AWS takes no policy of more than 2048 bytes"), error);
    }
  if (g_strv_length (arns) > MAX_POLICIES)
    return refuse (profile, "policy-arns", _ ("AWS takes no more than ten"), error);
  for (char **arn = arns; *arn != NULL; arn++)
    if (!is_arn (*arn, "policy/"))
      return refuse (profile, "policy-arns",
                     _ ("not ARNs of policies, arn:aws:iam::ACCOUNT:policy/NAME, with blanks "
                        "between them"),
                     error);
  return true;
}

static bool
read_duration (const Profile *profile, int64_t *seconds, GError **error)
{
  return profile_get_seconds (profile, "duration", DURATION, MIN_DURATION, MAX_DURATION, seconds,
                              error);
}

static bool
aws_check (const Profile *profile, GError **error)
{
  g_autoptr (Url) place = aws_place (profile, error);
  g_autofree char *session = session_name (profile);
  int64_t seconds;

  if (place == NULL)
    return false;
  if (!is_arn (profile_get (profile, "role-arn"), "role/"))
    return refuse (profile, "role-arn", _ ("not a role's ARN, arn:aws:iam::ACCOUNT:role/NAME"),
                   error);
  if (!check_partition (profile, error))
    return false;
  if (!is_session_name (session))
    return refuse (profile, "role-session-name",
                   _ ("2 to 64 letters, digits and characters of \"_+=,.@-\""), error);
  return read_duration (profile, &seconds, error) && check_policies (profile, error) &&
         assertion_check_either (profile, &rules, error);
}

static void
add_narrowing (SecretBuffer *form, const Profile *profile)
{
  const char *duration = profile_get (profile, "duration");
  const char *policy = profile_get (profile, "policy");
  g_auto (GStrv) arns = policy_arns (profile);

  if (duration != NULL)
    form_add (form, "DurationSeconds", duration);
  if (policy != NULL)
    form_add (form, "Policy", policy);
  for (unsigned i = 0; arns[i] != NULL; i++)
    {
      g_autofree char *name = g_strdup_printf ("PolicyArns.member.%u.arn", i + 1);

      form_add (form, name, arns[i]);
    }
}

static bool
aws_build (const IssuerContext *context, IssuerCall *call, GError **error)
{
  static const char *const headers[] = { "Accept", "application/json", NULL };
  g_autoptr (Secret) jwt =
      aws_check (context->profile, error) ? assertion_either (context, &rules, error) : NULL;
  g_autofree char *session = session_name (context->profile);
  g_autoptr (Url) url = NULL;
  g_auto (SecretBuffer) form = { 0 };

  if (jwt == NULL || (url = aws_place (context->profile, error)) == NULL)
    return false;
  form_add (&form, "Action", "AssumeRoleWithWebIdentity");
  form_add (&form, "Version", API_VERSION);
  form_add (&form, "RoleArn", profile_get (context->profile, "role-arn"));
  form_add (&form, "RoleSessionName", session);
  add_narrowing (&form, context->profile);
  form_add_secret (&form, "WebIdentityToken", jwt);
  *call = (IssuerCall){
    .method = g_strdup ("POST"),
    .url = g_steal_pointer (&url),
    .content_type = g_strdup (FORM_CONTENT_TYPE),
    .body = secret_buffer_end (&form),
    .headers = g_strdupv ((char **) headers),
  };
  return true;
}

static bool
is_key_id (const char *id)
{
  size_t length = strspn (id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_");

  return length >= 16 && length <= MAX_KEY_ID && id[length] == '\0';
}

static bool
fail_member (const char *name, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("the issuer's answer has no usable %s"), name);
  return false;
}

/* Tools put all three into headers. */
static bool
is_graphic (const Secret *value)
{
  size_t length;
  const char *bytes;

  if (value == NULL)
    return false;
  bytes = secret_bytes (value, &length);
  for (size_t i = 0; i < length; i++)
    if (!g_ascii_isgraph (bytes[i]))
      return false;
  return length > 0;
}

static bool
check_parts (const AwsAnswer *parts, GError **error)
{
  if (parts->access_key_id == NULL || !is_key_id (parts->access_key_id))
    return fail_member ("AccessKeyId", error);
  if (!is_graphic (parts->secret_key))
    return fail_member ("SecretAccessKey", error);
  if (!is_graphic (parts->session_token))
    return fail_member ("SessionToken", error);
  return parts->expires_at > 0 || fail_member ("Expiration", error);
}

/* By this machine's clock: what is left of the life by the issuer's, where the answer tells it. */
static int64_t
find_end (const IssuerContext *context, const ExchangeAnswer *answer, const AwsAnswer *parts)
{
  int64_t their_now = answer->date != 0 ? answer->date : context->now;

  return context->now + MIN (parts->expires_at - their_now, MAX_DURATION);
}

static Credential *
aws_read (const IssuerContext *context, const ExchangeAnswer *answer, GError **error)
{
  g_auto (AwsAnswer) parts = { 0 };
  g_autoptr (Credential) credential = NULL;
  g_autoptr (GError) reason = NULL;

  if (!aws_answer_read (answer, &parts, &reason))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("the issuer's answer cannot be read: %s"), reason->message);
      return NULL;
    }
  if (!check_parts (&parts, error))
    return NULL;
  credential = credential_new (CREDENTIAL_AWS, profile_name (context->profile), parts.secret_key,
                               context->now, find_end (context, answer, &parts));
  if (!credential_is_usable (credential, context->now))
    {
      fail_member ("Expiration", error);
      return NULL;
    }
  credential->session = secret_ref (parts.session_token);
  credential_add_detail (credential, "access_key_id", parts.access_key_id);
  credential_add_detail (credential, "region", profile_get (context->profile, "region"));
  if (parts.role != NULL)
    {
      g_autofree char *role = text_clean (parts.role, -1);

      credential_add_detail (credential, "role_arn", role);
    }
  return credential_check (credential, error) ? g_steal_pointer (&credential) : NULL;
}

const Issuer aws_sts_issuer = {
  .name = "aws-sts",
  .summary = N_ ("AWS, by AssumeRoleWithWebIdentity"),
  .settings = settings,
  .variables = variables,
  .keyless = true,
  .check = aws_check,
  .place = aws_place,
  .build = aws_build,
  .read = aws_read,
  .explain = aws_explain,
};
