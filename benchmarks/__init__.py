"""What the job costs and how fast it answers, on a real broker and a real Redis. See README.md beside this file."""
