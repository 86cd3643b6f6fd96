import Quantities
import YAMLReader

extension YAMLNode {
    /// A whole number within a range.
    func int(in range: ClosedRange<Int>) throws(YAMLError) -> Int {
        let value = try int()
        guard range.contains(value) else {
            throw error("expected a number from \(range.lowerBound) to \(range.upperBound), got \(value)")
        }
        return value
    }

    /// A number within a range.
    func double(in range: ClosedRange<Double>) throws(YAMLError) -> Double {
        let value = try double()
        guard range.contains(value) else {
            throw error("expected a number from \(range.lowerBound) to \(range.upperBound), got \(value)")
        }
        return value
    }

    /// One of a closed set of words.
    func choice<Word: RawRepresentable & CaseIterable>(_ type: Word.Type) throws(YAMLError) -> Word
    where Word.RawValue == String {
        let text = try string()
        guard let word = Word(rawValue: text) else {
            let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw error("expected one of \(known), got '\(text)'")
        }
        return word
    }

    /// A time such as `90`, `90s`, `10m` or `2h`, in seconds.
    func seconds() throws(YAMLError) -> Double {
        let text = try string()
        guard let seconds = Unit.seconds.value(parsing: text), seconds > 0, seconds < 1e9 else {
            throw error("expected a time such as 90s, 10m or 2h, got '\(text)'")
        }
        return seconds
    }
}
