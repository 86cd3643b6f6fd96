import Determinism
import Foundation
import GRDB

/// Damages a database through SQL, as an editor of databases does: values that no column of ours may hold.
enum DatabaseDamage {
    /// SQL literals, among them what once trapped or led out of a folder.
    private static let values = [
        "NULL", "-1", "0", "1", "0.5", "-0.0", "1e300", "-1e300", "9e999", "-9e999", "1e-320",
        "9223372036854775807", "-9223372036854775808", "''", "'abc'", "'final'", "'ok'", "'failed'",
        "'measured'",
        "'../../planted'", "'/planted'", "char(27) || '[2J'", "char(10)", "x'00ff'", "zeroblob(100000)",
    ]

    /// Changes one to three columns of rows, whatever the constraints say; returns what was run.
    static func change(_ path: String, using random: inout RandomStream) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
            let tables = try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            for _ in 0...random.index(below: 3) {
                let table = tables[random.index(below: tables.count)]
                let columns = try database.columns(in: table).map(\.name)
                let column = columns[random.index(below: columns.count)]
                let value = values[random.index(below: values.count)]
                // Types and keys refuse some values: then the row stays.
                try? database.execute(
                    sql: random.index(below: 8) == 0
                        ? "DELETE FROM \(table)" : "UPDATE OR IGNORE \(table) SET \(column) = \(value)")
            }
        }
        try queue.close()
    }
}
