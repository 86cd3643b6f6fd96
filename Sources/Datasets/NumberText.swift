/// A decimal number written as text.
struct NumberText {
    /// Nil where the text is no finite number.
    let value: Double?

    /// Reads `-12.5e3`; neither hexadecimal nor infinite numbers are read, grouped digits only where a mark is named.
    init(
        _ text: ArraySlice<UInt8>, decimal: CSVFormat.DecimalMark = .point,
        thousands: CSVFormat.ThousandsMark? = nil
    ) {
        let mark = UInt8(ascii: decimal == .point ? "." : ",")
        if let plain = NumberText.parse(text, mark) {
            value = plain
        } else {
            value = thousands.flatMap { $0.ungrouped(text, decimal: mark) }.flatMap {
                NumberText.parse($0, mark)
            }
        }
    }

    /// A number as a format writes it.
    init(_ text: ArraySlice<UInt8>, as format: CSVFormat) {
        let bare = format.signs.isEmpty ? text : NumberText.bare(text, without: format.signs)
        self.init(bare, decimal: format.decimal, thousands: format.thousands)
    }

    private static func parse(_ text: ArraySlice<UInt8>, _ mark: UInt8) -> Double? {
        var rest = text
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        var (mantissa, digits, exponent, hasDigit) = (UInt64(0), 0, 0, false)
        var isBehindMark = false
        while let byte = rest.first {
            if byte == mark, !isBehindMark {
                isBehindMark = true
            } else if byte >= 48, byte <= 57 {
                hasDigit = true
                if digits > 0 || byte > 48 { digits += 1 }
                if digits <= 19 { mantissa = mantissa &* 10 &+ UInt64(byte - 48) }
                if isBehindMark, digits <= 19 { exponent -= 1 }
                if !isBehindMark, digits > 19 { exponent += 1 }
            } else {
                break
            }
            rest = rest.dropFirst()
        }
        guard hasDigit else { return nil }
        if let byte = rest.first {
            guard byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E"),
                let power = wholeNumber(rest.dropFirst())
            else { return nil }
            exponent += power
        }
        // Exact where the mantissa and the power of ten are exact (Clinger 1990); else the library rounds.
        if digits <= 15, exponent.magnitude <= 22 {
            let power = powers[Int(exponent.magnitude)]
            let magnitude = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
            return isNegative ? -magnitude : magnitude
        }
        let bytes = text.map { $0 == mark ? UInt8(ascii: ".") : $0 }
        guard let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    /// A whole number with an optional sign, limited to ±9,999.
    private static func wholeNumber(_ text: ArraySlice<UInt8>) -> Int? {
        var rest = text
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        guard !rest.isEmpty, rest.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        let value = rest.reduce(0) { min($0 * 10 + Int($1 - 48), 9999) }
        return isNegative ? -value : value
    }

    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
        1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}
