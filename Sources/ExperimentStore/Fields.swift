import Foundation
import GRDB

/// The columns of one row of a table, each checked as it is read.
///
/// A database is input: damaged or made by others, it holds anything anywhere, whatever its schema says. What a column
/// cannot hold throws `StoreError.malformedRow`.
struct Fields {
    let row: Row
    let table: String

    init(_ row: Row, of table: String) {
        self.row = row
        self.table = table
    }

    func text(_ column: some FieldColumn) throws -> String { try required(column, optionalText(column)) }

    func optionalText(_ column: some FieldColumn) throws -> String? {
        switch storage(column) {
        case .null: nil
        case .string(let text): text
        case .int64, .double, .blob: throw unexpected(column)
        }
    }

    /// A finite number; not negative unless the range says so.
    func number(
        _ column: some FieldColumn, in range: ClosedRange<Double> = 0...Double.greatestFiniteMagnitude
    ) throws -> Double {
        try required(column, optionalNumber(column, in: range))
    }

    func optionalNumber(
        _ column: some FieldColumn, in range: ClosedRange<Double> = 0...Double.greatestFiniteMagnitude
    ) throws -> Double? {
        let number: Double
        switch storage(column) {
        case .null: return nil
        case .double(let value): number = value
        case .int64(let value): number = Double(value)
        case .string, .blob: throw unexpected(column)
        }
        guard range.contains(number) else { throw unexpected(column) }
        return number
    }

    /// A count from 0 to 2⁵³, so that sums of a few and conversions to a floating-point number are exact.
    func count(_ column: some FieldColumn) throws -> Int { try required(column, optionalCount(column)) }

    func optionalCount(_ column: some FieldColumn) throws -> Int? {
        switch storage(column) {
        case .null: return nil
        case .int64(let value) where (0...1 << 53).contains(value): return Int(value)
        case .int64, .double, .string, .blob: throw unexpected(column)
        }
    }

    /// The row's number, or that of another row.
    func identifier(_ column: some FieldColumn) throws -> Int64 {
        guard case .int64(let value) = storage(column) else { throw unexpected(column) }
        return value
    }

    func bytes(_ column: some FieldColumn) throws -> [UInt8]? {
        switch storage(column) {
        case .null: nil
        case .blob(let data): Array(data)
        case .int64, .double, .string: throw unexpected(column)
        }
    }

    /// One of an enum's names.
    func value<Value: RawRepresentable<String>>(_ column: some FieldColumn) throws -> Value {
        guard let value = Value(rawValue: try text(column)) else { throw unexpected(column) }
        return value
    }

    private func storage(_ column: some FieldColumn) -> DatabaseValue.Storage {
        column.value(in: row).storage
    }

    private func required<Value>(_ column: some FieldColumn, _ value: Value?) throws -> Value {
        guard let value else { throw unexpected(column) }
        return value
    }

    func unexpected(_ column: some FieldColumn) -> StoreError {
        let shown =
            switch storage(column) {
            case .null: "NULL"
            case .int64(let value): "\(value)"
            case .double(let value): "\(value)"
            case .string(let text): String(text.prefix(40))
            case .blob(let data): "\(data.count) bytes"
            }
        return .malformedRow(table: table, column: column.name, value: shown)
    }
}

/// Names a column of a row: by its name, or by its place, which is faster.
protocol FieldColumn {
    var name: String { get }
    func value(in row: Row) -> DatabaseValue
}

extension String: FieldColumn {
    var name: String { self }
    func value(in row: Row) -> DatabaseValue { row[self] }
}

extension Row {
    /// The value in a column, by its place; a fifth of the time that `row[place]` takes, which is generic.
    func value(at place: Int) -> DatabaseValue { self[index(startIndex, offsetBy: place)].1 }
}

extension ClosedRange<Double> {
    /// Every number but infinities and NaN.
    static var finite: ClosedRange<Double> {
        -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    }
}
