/// A date with or without a time of day, as `2024-01-31`, `2024/01/31 9:05` or `2024-01-31T09:05:30.5Z`.
struct CalendarDate {
    /// Days since the beginning of 2000, with the part of the day that has passed.
    let day: Double

    /// Nil where the text is no date that begins with the year; zones are not read.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>, upTo largest: Int) -> Int? {
            guard range.upperBound <= bytes.count, bytes[range].allSatisfy({ $0 >= 48 && $0 <= 57 }) else {
                return nil
            }
            let value = bytes[range].reduce(0) { $0 * 10 + Int($1 - 48) }
            return value <= largest ? value : nil
        }
        guard bytes.count >= 10, bytes[4] == bytes[7],
            bytes[4] == UInt8(ascii: "-") || bytes[4] == UInt8(ascii: "/"),
            let year = number(0..<4, upTo: 9999), let month = number(5..<7, upTo: 12), month > 0,
            let dayOfMonth = number(8..<10, upTo: 31), dayOfMonth > 0
        else { return nil }
        var seconds = 0.0
        if bytes.count > 10 {
            guard bytes[10] == UInt8(ascii: " ") || bytes[10] == UInt8(ascii: "T") else { return nil }
            let time = bytes[11...].prefix { !"Z+-".utf8.contains($0) }
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

extension Double {
    /// What is left of whole periods, from 0.
    fileprivate func remainderFromZero(_ period: Double) -> Double {
        self - (self / period).rounded(.down) * period
    }
}

extension CSVTable {
    /// The dates of a column in days since the beginning of 2000, nil where a field is missing; nil where it holds anything
    /// else, or nothing.
    func days(inColumn column: Int) -> [Double?]? {
        var days: [Double?] = []
        days.reserveCapacity(rowCount)
        for row in 0..<rowCount {
            if isMissing(row: row, column: column) {
                days.append(nil)
                continue
            }
            guard let date = CalendarDate(self[row, column]) else { return nil }
            days.append(date.day)
        }
        return days.contains { $0 != nil } ? days : nil
    }
}
