// SPDX-License-Identifier: LGPL-2.1-or-later
// The assertion of a JWT bearer flow as tutorials for Salesforce make it in Java, and a check of
// one with the certificate of the same keystore:
//
//     Tutorial sign KEYSTORE ALIAS ISSUER SUBJECT AUDIENCE   prints the assertion
//     Tutorial verify KEYSTORE ALIAS                         prints its claims; it is on stdin
//
// The password of keystore and key is in KEYSTORE_PASSWORD.
import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.text.MessageFormat;
import java.util.Base64;

public class Tutorial {
    private static final String HEADER = "{\"alg\":\"RS256\"}";
    private static final String CLAIMS =
        "'{'\"iss\": \"{0}\", \"sub\": \"{1}\", \"aud\": \"{2}\", \"exp\": {3}'}'";

    private static KeyStore open(String path, char[] password) throws Exception {
        KeyStore store = KeyStore.getInstance("JKS");
        try (FileInputStream stream = new FileInputStream(path)) {
            store.load(stream, password);
        }
        return store;
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String sign(PrivateKey key, String issuer, String subject, String audience)
        throws GeneralSecurityException {
        String expiry = Long.toString(System.currentTimeMillis() / 1000 + 180);
        String claims = new MessageFormat(CLAIMS)
            .format(new String[] {issuer, subject, audience, expiry});
        String input = encode(HEADER.getBytes(StandardCharsets.UTF_8)) + "."
            + encode(claims.getBytes(StandardCharsets.UTF_8));
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(key);
        signature.update(input.getBytes(StandardCharsets.UTF_8));
        return input + "." + encode(signature.sign());
    }

    private static String verify(KeyStore store, String alias, String assertion) throws Exception {
        String[] parts = assertion.split("\\.", -1);
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(store.getCertificate(alias));
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.UTF_8));
        if (parts.length != 3 || !signature.verify(Base64.getUrlDecoder().decode(parts[2]))) {
            throw new GeneralSecurityException("the signature is wrong");
        }
        return new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
    }

    public static void main(String[] arguments) throws Exception {
        char[] password = System.getenv("KEYSTORE_PASSWORD").toCharArray();
        KeyStore store = open(arguments[1], password);
        if (arguments[0].equals("sign")) {
            PrivateKey key = (PrivateKey) store.getKey(arguments[2], password);
            System.out.print(sign(key, arguments[3], arguments[4], arguments[5]));
        } else {
            String assertion = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
            System.out.print(verify(store, arguments[2], assertion));
        }
    }
}
