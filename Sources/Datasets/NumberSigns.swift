extension NumberText {
    /// A number without one of the signs (`$`, `%`, `kg`) before it, and without one behind it; blanks beside them go too.
    static func bare(_ text: ArraySlice<UInt8>, without signs: [String]) -> ArraySlice<UInt8> {
        let isSigned = text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+")
        let lead = text.prefix(isSigned ? 1 : 0)
        let body = text.dropFirst(lead.count)
        var rest = body
        if let sign = signs.first(where: { rest.starts(with: $0.utf8) }) {
            rest = rest.dropFirst(sign.utf8.count).drop { $0 == 0x20 }
        }
        if let sign = signs.first(where: { rest.reversed().starts(with: $0.utf8.reversed()) }) {
            rest = rest.dropLast(sign.utf8.count)
            while rest.last == 0x20 { rest = rest.dropLast() }
            if rest.suffix(2) == [0xc2, 0xa0] { rest = rest.dropLast(2) }
        }
        return rest.count == body.count ? text : (lead + rest)[...]
    }
}

extension CSVTable {
    /// The currency before or the unit behind all numbers of a column; nil where they are numbers or names as they stand.
    ///
    /// Nil too where some have it and others not: `1.5k` beside `1200` and `5%` beside `0.05` are other numbers without it.
    func sign(inColumn column: Int) -> String? {
        var sign: String?
        for row in 0..<rowCount where !isMissing(row: row, column: column) {
            let text = self[row, column]
            guard !CSVTable.usualMissing.contains(text) else { continue }
            guard number(row: row, column: column) == nil,
                let known = sign ?? CSVTable.sign(around: text), isNumber(text, with: known)
            else {
                return nil
            }
            sign = known
        }
        return sign
    }

    /// Whether a text is a number with this sign, whatever stands between thousands.
    private func isNumber(_ text: String, with sign: String) -> Bool {
        let bare = NumberText.bare(Array(text.utf8)[...], without: format.signs + [sign])
        return ([nil] + CSVFormat.ThousandsMark.allCases).contains {
            NumberText(bare, decimal: format.decimal, thousands: $0).value != nil
        }
    }

    /// A currency before a number, or up to six letters or symbols behind it.
    private static func sign(around text: String) -> String? {
        let body = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        if let first = body.first, first.isCurrencySymbol { return String(first) }
        let end = body.reversed().prefix {
            !$0.isNumber && !$0.isWhitespace && !$0.isPunctuation || $0 == "%"
        }
        return (1...6).contains(end.count) && end.count < body.count ? String(end.reversed()) : nil
    }
}
