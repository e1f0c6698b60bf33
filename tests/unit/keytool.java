/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs the keytool commands of a file, one a line, words separated by single spaces: a start of the
 * machine for each of them would take most of a test's time. */
import java.nio.file.Files;
import java.nio.file.Path;

class Keytool
{
  private static final String LEGACY = "-J-Dkeystore.pkcs12.legacy ";

  public static void main (String[] arguments) throws Exception
  {
    for (String line : Files.readAllLines (Path.of (arguments[0])))
      {
        System.clearProperty ("keystore.pkcs12.legacy");
        if (line.startsWith (LEGACY))
          System.setProperty ("keystore.pkcs12.legacy", "");
        sun.security.tools.keytool.Main.main (line.replace (LEGACY, "").split (" "));
      }
  }
}
