extension [Record] {
    /// RFC 4180 text with a header; unknown values are empty.
    ///
    /// Every record has the keys of `columns`.
    public func csv(columns: [String]) -> String {
        var lines = [columns.map(csvEscaped).joined(separator: ",")]
        for record in self {
            lines.append(columns.map { csvEscaped((record[$0] ?? .unknown).csvText) }.joined(separator: ","))
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }
}

extension Field {
    fileprivate var csvText: String {
        switch self {
        case .text(let text): text
        case .integer(let value): String(value)
        case .number(let value): value.isFinite ? value.description : ""
        case .flag(let value): value ? "true" : "false"
        case .unknown: ""
        case .list, .record: json()
        }
    }
}

private func csvEscaped(_ text: String) -> String {
    guard text.contains(where: { ",\"\r\n".contains($0) || $0 == "\r\n" }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
}
