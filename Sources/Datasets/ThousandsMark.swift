extension CSVFormat {
    /// What stands between groups of three digits, as in `1,234,567.8`; the raw value is the name in job files.
    public enum ThousandsMark: String, Hashable, Sendable, CaseIterable {
        case comma = ","
        case point = "."
        /// A blank, also one that does not break lines (U+00A0, U+202F).
        case space
        case apostrophe = "'"

        /// Nil where the mark has several forms.
        var byte: UInt8? {
            switch self {
            case .comma: UInt8(ascii: ",")
            case .point: UInt8(ascii: ".")
            case .apostrophe: UInt8(ascii: "'")
            case .space: nil
            }
        }

        /// The value in a job file, quoted where YAML asks for it.
        public var key: String {
            switch self {
            case .space: rawValue
            case .apostrophe: "\"'\""
            case .comma, .point: "'\(rawValue)'"
            }
        }

        /// The forms of the mark in UTF-8.
        private var forms: [[UInt8]] {
            switch self {
            case .comma, .point: [Array(rawValue.utf8)]
            case .space: [[0x20], [0xc2, 0xa0], [0xe2, 0x80, 0xaf]]
            case .apostrophe: [[0x27], [0xe2, 0x80, 0x99]]
            }
        }

        /// A number without its marks; nil where its whole part is not one to three digits, not 0 first, and then groups of a
        /// mark (the same one everywhere) and three digits.
        func ungrouped(_ text: ArraySlice<UInt8>, decimal: UInt8) -> ArraySlice<UInt8>? {
            let sign = text.prefix { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
            let body = text.dropFirst(sign.count)
            let lead = body.prefix { $0.isDigit }
            guard sign.count <= 1, (1...3).contains(lead.count), lead.first != UInt8(ascii: "0"),
                let form = forms.first(where: { body.dropFirst(lead.count).starts(with: $0) })
            else { return nil }
            var digits = Array(sign + lead)
            var rest = body.dropFirst(lead.count)
            while rest.starts(with: form) {
                let group = rest.dropFirst(form.count).prefix { $0.isDigit }
                guard group.count == 3 else { return nil }
                digits += group
                rest = rest.dropFirst(form.count + 3)
            }
            guard rest.isEmpty || rest.first == decimal else { return nil }
            return (digits + rest)[...]
        }
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { self >= 48 && self <= 57 }
}

extension CSVTable {
    /// The mark between thousands that makes numbers of a column's texts; nil where they are numbers or names as they stand.
    ///
    /// All of them have to be numbers with it, but for empty ones and missing marks.
    func thousands(inColumn column: Int) -> CSVFormat.ThousandsMark? {
        guard format.thousands == nil else { return nil }
        var grouped: Set<String> = []
        var rest = CSVFormat.ThousandsMark.allCases.filter { $0.byte != format.decimal.byte }
        for row in 0..<rowCount where !isMissing(row: row, column: column) {
            guard number(row: row, column: column) == nil else { continue }
            let text = self[row, column]
            guard !text.isEmpty, !CSVTable.usualMissing.contains(text) else { continue }
            let bare = NumberText.bare(Array(text.utf8)[...], without: format.signs)
            rest = rest.filter { NumberText(bare, decimal: format.decimal, thousands: $0).value != nil }
            guard !rest.isEmpty else { return nil }
            grouped.insert(text)
        }
        return grouped.isEmpty ? nil : rest.first
    }

    /// Texts that usually stand for a missing value.
    static let usualMissing: Set<String> = [
        "", "?", "NA", "N/A", "na", "nan", "NaN", "null", "NULL", "None", "-",
    ]

    /// What makes numbers of texts such as `1,234`: the end of a sentence, or nothing.
    func thousandsAdvice(_ text: String) -> String {
        let mark = CSVFormat.ThousandsMark.allCases.first {
            format.thousands == nil && $0.byte != format.decimal.byte
                && NumberText(Array(text.utf8)[...], decimal: format.decimal, thousands: $0).value != nil
        }
        return mark.map { "; does it have marks between thousands (thousands: \($0.key))?" } ?? ""
    }
}
