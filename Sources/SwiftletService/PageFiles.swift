import Determinism
import Reports

/// The review page's files as responses.
enum PageFiles {
    /// Changes when any file does.
    static let tag = "\"\(SHA256.hex(ReviewPage.files.map(\.text).joined()).prefix(16))\""

    /// The page that shows everything else.
    static let index = ReviewPage.files.first { $0.name == "index.html" }?.text ?? ""

    /// A file by its name; nil where there is none.
    static func file(_ name: String) -> ServiceResponse? {
        guard let file = ReviewPage.files.first(where: { $0.name == name }),
            let type = types.first(where: { name.hasSuffix($0.key) })?.value
        else { return nil }
        return ServiceResponse(200, type: type, Array(file.text.utf8))
    }

    private static let types = [
        ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8", ".svg": "image/svg+xml",
    ]

    /// Where a token is typed.
    static func login(isWrong: Bool) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Swiftlet: log in</title>
        <link rel="stylesheet" href="page/style.css">
        </head>
        <body>
        <main class="login">
        <h1>Swiftlet</h1>
        <form method="post" action="login">
        <label for="token">Token of this service</label>
        <input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
        \(isWrong ? "<p role=\"alert\" class=\"bad\">This is not the token.</p>" : "")
        <button class="primary">Log in</button>
        </form>
        </main>
        </body>
        </html>

        """
    }
}
