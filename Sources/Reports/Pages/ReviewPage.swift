private import CPage

/// The files of the review page, as they travel inside the binary.
public enum ReviewPage {
    /// A file's name, such as `app.js`, and its text.
    public struct File: Hashable, Sendable {
        /// Its name, without folders.
        public let name: String
        /// Its content.
        public let text: String
    }

    /// In ascending order of their names.
    public static let files: [File] = (0..<page_file_count()).map { index in
        let file = page_file_at(index)
        // SAFETY: the bytes are a constant of the binary with that many elements.
        let text = unsafe String(
            decoding: UnsafeBufferPointer(start: file.bytes, count: file.count), as: UTF8.self)
        return File(name: unsafe String(cString: file.name), text: text)
    }

    /// A file's text; nil where there is none of that name.
    static func text(of name: String) -> String? { files.first { $0.name == name }?.text }

    /// The page's modules as one, in an order in which each stands behind those that it imports.
    ///
    /// They are written so that they can be joined: imports stand on a line each, and no two modules define the same name.
    static var joinedScript: String {
        let order = [
            "format.js", "model.js", "chart.js", "figures.js", "elements.js", "details.js", "views.js",
            "app.js",
        ]
        return order.compactMap(text).joined(separator: "\n")
            .split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("import ") }
            .map { $0.hasPrefix("export ") ? $0.dropFirst("export ".count) : $0 }
            .joined(separator: "\n")
    }

    /// Style, data and script that make a page interactive without any other file.
    static func embedded(_ review: ReviewAnswer) throws -> String {
        // In a script element only `</script` and `<!--` end what is data; no such text is left.
        let data = try review.packed.replacing("<", with: "\\u003c")
        return """
            <style>
            \(text(of: "style.css") ?? "")
            </style>
            <script type="application/json" id="review-data">\(data)</script>
            <script type="module">
            \(joinedScript)
            </script>
            """
    }
}
