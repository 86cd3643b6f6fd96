/// A date with or without a time of day, as `2024-01-31`, `2024/01/31 9:05`, `2024-01-31T09:05:30.5Z` or `31.1.2024`.
struct CalendarDate {
    /// What stands first.
    enum Order: CaseIterable {
        case yearFirst, dayFirst, monthFirst
    }

    /// Days since the beginning of 2000, with the part of the day that has passed.
    let day: Double

    /// Nil where the text is no date in this order; zones are not read.
    init?(_ text: String, order: Order = .yearFirst) {
        let bytes = Array(text.utf8)
        let end = bytes.firstIndex { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "T") } ?? bytes.count
        guard let mark = bytes[..<end].first(where: { $0 < 48 || $0 > 57 }), order.marks.contains(mark) else {
            return nil
        }
        let parts = bytes[..<end].split(separator: mark, omittingEmptySubsequences: false)
        guard parts.count == 3, zip(parts, order.digits).allSatisfy({ $1.contains($0.count) }),
            parts.allSatisfy({ $0.allSatisfy { $0 >= 48 && $0 <= 57 } })
        else { return nil }
        let numbers = parts.map { $0.reduce(0) { $0 * 10 + Int($1 - 48) } }
        let (year, month, dayOfMonth) =
            switch order {
            case .yearFirst: (numbers[0], numbers[1], numbers[2])
            case .dayFirst: (numbers[2], numbers[1], numbers[0])
            case .monthFirst: (numbers[2], numbers[0], numbers[1])
            }
        guard (1...12).contains(month), (1...31).contains(dayOfMonth) else { return nil }
        var seconds = 0.0
        if end < bytes.count {
            let time = bytes[(end + 1)...].prefix { !"Z+-".utf8.contains($0) }
            let fields = time.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            let values = fields.map { NumberText($0).value ?? .infinity }
            guard (2...3).contains(values.count),
                zip(values, [24.0, 60, 61]).allSatisfy({ $0 >= 0 && $0 < $1 })
            else { return nil }
            seconds = zip(values, [3600.0, 60, 1]).reduce(0) { $0 + $1.0 * $1.1 }
        }
        day = Double(CalendarDate.days(year: year, month: month, day: dayOfMonth)) + seconds / 86_400
    }

    /// Days since the beginning of 2000 in the Gregorian calendar.
    ///
    /// Years begin in March, so that the leap day is the last: months of 153 days in five (Howard Hinnant, days_from_civil).
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let year = month > 2 ? year : year - 1
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let leapDays = (year >= 0 ? year / 4 - year / 100 + year / 400 : -1)
        return 365 * year + leapDays + dayOfYear - 730_425
    }

    /// Names of the features of a column of dates.
    static func names(_ column: String, hasTimes: Bool) -> [String] {
        ["day", "of year", "weekday"].map { "\(column) \($0)" } + (hasTimes ? ["\(column) hour"] : [])
    }

    /// Of a day since the beginning of 2000: itself, its place in the year (0 to 1), in the week (0 on Monday) and, with
    /// times, in the day (0 to 24).
    static func features(ofDay day: Double, hasTimes: Bool) -> [Float] {
        // 2000 began on a Saturday; years have 365.2425 days on average.
        let week = (day.rounded(.down) + 5).remainderFromZero(7)
        let values = [day, day.remainderFromZero(365.2425) / 365.2425, week]
        return (values + (hasTimes ? [(day - day.rounded(.down)) * 24] : [])).map { Float($0) }
    }
}

extension CalendarDate.Order {
    /// What may stand between the numbers; between points, the day comes first.
    fileprivate var marks: String.UTF8View {
        switch self {
        case .yearFirst: "-/".utf8
        case .dayFirst: "-/.".utf8
        case .monthFirst: "-/".utf8
        }
    }

    /// How many digits each number may have.
    fileprivate var digits: [ClosedRange<Int>] {
        self == .yearFirst ? [4...4, 2...2, 2...2] : [1...2, 1...2, 4...4]
    }
}

extension Double {
    /// What is left of whole periods, from 0.
    fileprivate func remainderFromZero(_ period: Double) -> Double {
        self - (self / period).rounded(.down) * period
    }
}

extension CSVTable {
    /// The dates of a column in days since the beginning of 2000, nil where a field is missing; nil where it holds anything
    /// else, or nothing.
    func days(inColumn column: Int, order: CalendarDate.Order) -> [Double?]? {
        var days: [Double?] = []
        days.reserveCapacity(rowCount)
        for row in 0..<rowCount {
            if isMissing(row: row, column: column) {
                days.append(nil)
                continue
            }
            guard let date = CalendarDate(self[row, column], order: order) else { return nil }
            days.append(date.day)
        }
        return days.contains { $0 != nil } ? days : nil
    }

    /// The orders in which all fields of a column are dates.
    private static func dateOrders(ofColumn column: Int, in tables: [CSVTable]) -> [CalendarDate.Order] {
        let filled = tables.filter { $0.rowCount > 0 }
        guard !filled.isEmpty else { return [] }
        return CalendarDate.Order.allCases.filter { order in
            filled.allSatisfy { $0.days(inColumn: column, order: order) != nil }
        }
    }

    /// The order of a column's dates; nil where it holds anything else, nothing, or dates of which some could be others.
    static func dateOrder(ofColumn column: Int, in tables: [CSVTable]) -> CalendarDate.Order? {
        let orders = dateOrders(ofColumn: column, in: tables)
        return orders.count == 1 ? orders[0] : nil
    }

    /// What to do where day and month of a column's dates could be each other: the end of a sentence, or nothing.
    static func dateAdvice(ofColumn column: Int, in tables: [CSVTable]) -> String {
        dateOrders(ofColumn: column, in: tables).count > 1
            ? "; of its dates day and month could be each other: write them as 2024-01-31" : ""
    }
}
