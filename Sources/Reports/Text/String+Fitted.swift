extension String {
    /// The text with lines of at most a width: sentences go on in the next line, rows of a table lose their end.
    func fitted(to width: Int?) -> String {
        guard let width, width > 10 else { return self }
        return split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard line.count > width else { return String(line) }
            let indentation = line.prefix { $0 == " " }
            let isRow = line.dropFirst(indentation.count).contains("  ")
            return isRow ? line.prefix(width - 1) + "…" : line.wrapped(to: width, indentation: indentation)
        }.joined(separator: "\n")
    }
}

extension Substring {
    /// The words in as many lines as they need; one that is longer than a line stays whole.
    fileprivate func wrapped(to width: Int, indentation: Substring) -> String {
        var lines: [String] = [], line = ""
        for word in split(separator: " ") {
            if !line.isEmpty, indentation.count + line.count + 1 + word.count > width {
                lines.append(indentation + line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return (lines + [indentation + line]).joined(separator: "\n")
    }
}
