/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"
#include "issuer.h"

#include <string.h>

/* ENDPOINT may be NULL. */
static Profile *
make_profile (const char *region, const char *role, const char *endpoint)
{
  const Setting settings[] = {
    { "issuer", "aws-sts", "avouch.conf", 2 },  { "key", "/k", "avouch.conf", 3 },
    { "region", region, "avouch.conf", 4 },     { "role-arn", role, "avouch.conf", 5 },
    { "endpoint", endpoint, "avouch.conf", 6 },
  };
  g_autoptr (GError) error = NULL;
  Profile *profile = profile_new ("it", settings, endpoint != NULL ? 5 : 4, &error);

  g_assert_no_error (error);
  return profile;
}

/* partitions.json of botocore. */
static const struct {
  const char *region, *partition, *url;
} places[] = {
  { "eu-central-1", "aws", "https://sts.eu-central-1.amazonaws.com/" },
  { "us-east-1", "aws", "https://sts.us-east-1.amazonaws.com/" },
  { "cn-north-1", "aws-cn", "https://sts.cn-north-1.amazonaws.com.cn/" },
  { "cn-northwest-1", "aws-cn", "https://sts.cn-northwest-1.amazonaws.com.cn/" },
  { "us-gov-west-1", "aws-us-gov", "https://sts.us-gov-west-1.amazonaws.com/" },
  { "us-iso-east-1", "aws-iso", "https://sts.us-iso-east-1.c2s.ic.gov/" },
  { "us-isob-east-1", "aws-iso-b", "https://sts.us-isob-east-1.sc2s.sgov.gov/" },
  { "us-isof-south-1", "aws-iso-f", "https://sts.us-isof-south-1.csp.hci.ic.gov/" },
  { "eu-isoe-west-1", "aws-iso-e", "https://sts.eu-isoe-west-1.cloud.adc-e.uk/" },
  { "eusc-de-east-1", "aws-eusc", "https://sts.eusc-de-east-1.amazonaws.eu/" },
};

static void
test_partitions (void)
{
  const Issuer *issuer = issuer_find ("aws-sts");

  for (size_t i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *role =
          g_strdup_printf ("arn:%s:iam::123456789012:role/ci", places[i].partition);
      g_autoptr (Profile) profile = make_profile (places[i].region, role, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (Url) url = issuer->place (profile, &error);
      g_autofree char *text = url != NULL ? url_to_string (url) : NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, places[i].url);
      g_assert_true (issuer->check (profile, &error));
      g_assert_no_error (error);
    }
}

static void
test_foreign_role (void)
{
  static const char role[] = "arn:aws:iam::123456789012:role/ci";
  const Issuer *issuer = issuer_find ("aws-sts");
  g_autoptr (Profile) profile = make_profile ("cn-north-1", role, NULL);
  g_autoptr (Profile) behind = make_profile ("cn-north-1", role, "https://sts.example/");
  g_autoptr (GError) error = NULL;

  g_assert_false (issuer->check (profile, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "avouch.conf:5: role-arn: "));
  g_assert_nonnull (strstr (error->message, "aws-cn"));
  g_clear_error (&error);
  g_assert_true (issuer->check (behind, &error));
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/aws-sts/endpoint-is-that-of-the-region's-partition", test_partitions);
  g_test_add_func ("/aws-sts/role-of-another-partition-needs-an-endpoint", test_foreign_role);
  return g_test_run ();
}
