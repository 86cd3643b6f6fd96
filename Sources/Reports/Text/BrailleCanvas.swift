/// Dots in a grid of characters, two across and four down in each.
struct BrailleCanvas {
    /// Characters in each direction.
    let columns, rows: Int
    private var cells: [UInt8]
    private var marks: [Int: Character] = [:]

    init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
        cells = [UInt8](repeating: 0, count: columns * rows)
    }

    /// Dots in each direction.
    var width: Int { 2 * columns }
    var height: Int { 4 * rows }

    /// Sets a dot; x from the left, y from the top, both within the canvas.
    mutating func set(x: Int, y: Int) {
        precondition((0..<width).contains(x) && (0..<height).contains(y), "BrailleCanvas: dot outside")
        // Unicode numbers the dots of a character down the left side, down the right side, then the last row.
        let bits: [[UInt8]] = [[0, 3], [1, 4], [2, 5], [6, 7]]
        cells[y / 4 * columns + x / 2] |= 1 << bits[y % 4][x % 2]
    }

    /// Puts a character over the dots around a place.
    mutating func mark(x: Int, y: Int, _ character: Character) { marks[y / 4 * columns + x / 2] = character }

    /// One text a row of characters.
    var lines: [String] {
        (0..<rows).map { row in
            String(
                (0..<columns).map { column in
                    let place = row * columns + column
                    if let mark = marks[place] { return mark }
                    guard cells[place] > 0, let scalar = Unicode.Scalar(0x2800 + UInt32(cells[place])) else {
                        return " "
                    }
                    return Character(scalar)
                })
        }
    }
}
